// Runs test files with a program, both from stdin; says which tests passed or were skipped with the
// tokens that stand before them. Without tokens it only lists the tests, and a stand-in that takes
// any call is in the program's place.
'use strict';
(() => {
  const fs = require('fs'), vm = require('vm'), path = require('path'), assert = require('assert'), util = require('util');
  const Module = require('module'), {AsyncLocalStorage} = require('async_hooks'), {mock} = (() => { try { return require('node:test'); } catch { return {}; } })();
  const native = {write: fs.writeSync, setTimeout, setInterval, setImmediate, exit: process.reallyExit.bind(process), stringify: JSON.stringify, apply: Reflect.apply, alloc: Buffer.alloc, active: process.getActiveResourcesInfo.bind(process)};
  const MASK = 0x5a, TOKEN = 32;

  // --- standard input: tokens, masked where they lie, and the files ---
  const {tokens, job} = (() => {
    const parts = [];
    let size = 0;
    for (;;) {
      const part = Buffer.alloc(1 << 16), read = fs.readSync(0, part, 0, part.length, null);
      if (!read) break;
      parts.push(part.subarray(0, read));
      size += read;
    }
    const all = Buffer.alloc(size);
    let at = 0;
    for (const part of parts) { part.copy(all, at); at += part.length; part.fill(0); }
    const end = all[0] === 10 ? 0 : all.indexOf('\n\n') + 1;
    const tokens = Buffer.alloc(end);
    for (let i = 0; i < end; i++) tokens[i] = all[i] ^ MASK;
    all.fill(0, 0, end);
    return {tokens, job: JSON.parse(all.subarray(end).toString('utf8'))};
  })();
  fs.closeSync(0);
  fs.openSync('/dev/null');
  const listing = !tokens.length;

  const say = text => native.write(1, `\n${text}\n`);
  const reveal = number => {
    const line = native.alloc(TOKEN + 2, 10);
    for (let i = 0; i < TOKEN; i++) line[i + 1] = tokens[number * (TOKEN + 1) + i] ^ MASK;
    native.write(1, line);
  };

  // --- what a program may not change: built-ins that tests and their framework rely on ---
  const kept = [];
  const keep = (owner, name) => {
    for (const key of Reflect.ownKeys(owner)) if (key !== 'stackTraceLimit') kept.push([owner, key, Object.getOwnPropertyDescriptor(owner, key), `${name}.${String(key)}`]);
  };
  const {getOwnPropertyDescriptor, is, prototype: objectPrototype} = Object, {ownKeys} = Reflect;
  const mocked = new WeakMap();  // by the tests themselves
  const allow = (owner, key) => { if (!mocked.has(owner)) mocked.set(owner, new Set()); mocked.get(owner).add(key); };
  const changed = () => {
    if (ownKeys(objectPrototype).length !== plain) return 'Object.prototype';
    for (let i = 0; i < kept.length; i++) {
      const row = kept[i];
      if (mocked.has(row[0]) && mocked.get(row[0]).has(row[1])) continue;
      const now = getOwnPropertyDescriptor(row[0], row[1]), was = row[2];
      if (!now || !is(now.value, was.value) || now.get !== was.get || now.set !== was.set) return row[3];
    }
    return null;
  };

  // --- a tree of suites and tests ---
  const newSuite = (name, parent, mode) => ({name, parent, mode, children: [], before: [], beforeEach: [], after: [], afterEach: []});
  const root = newSuite('', null, '');
  let current = root, only = false;
  const place = new AsyncLocalStorage();
  const full = node => (node.parent && node.parent !== root ? `${full(node.parent)} > ${node.name}` : node.name);
  const parts = given => {
    const fn = given.find(one => typeof one === 'function');
    const options = given.find(one => one && typeof one === 'object') || {};
    const name = typeof given[0] === 'string' ? given[0] : (given[0] && given[0].name) || (fn && fn.name) || '<anonymous>';
    return {name: String(name), fn, options};
  };
  const modeOf = (mode, options) => (options.skip ? 'skip' : options.todo ? 'todo' : options.only ? 'only' : mode);
  const addTest = mode => (...given) => {
    const {name, fn, options} = parts(given);
    const how = fn ? modeOf(mode, options) : 'todo';
    if (how === 'only') only = true;
    const test = {name, fn, mode: how, parent: current, timeout: typeof given[2] === 'number' ? given[2] : options.timeout};
    const running = place.getStore();
    if (running && !current.open) return running(test);
    current.children.push(test);
    return Promise.resolve();
  };
  const addSuite = mode => (...given) => {
    const {name, fn, options} = parts(given);
    const suite = newSuite(name, current, modeOf(mode, options));
    if (suite.mode === 'only') only = true;
    current.children.push(suite);
    const outer = current;
    current = suite;
    suite.open = true;
    const close = () => { suite.open = false; current = outer; };
    try {
      const made = fn && fn.call({timeout() {}, slow() {}, retries() {}}, {name});
      if (made && typeof made.then === 'function') loading.push(made);
    } finally { close(); }
    return Promise.resolve();
  };
  const loading = [];
  const format = (name, row, index) => {
    if (row && typeof row === 'object' && !Array.isArray(row)) name = name.replace(/\$(\w+)/g, (all, key) => (key in row ? String(row[key]) : all));
    const values = Array.isArray(row) ? row : [row];
    const holes = (name.match(/%[sdifjop#]/g) || []).length;
    return util.format(name.replace(/%p/g, '%j').replace(/%#/g, String(index)), ...values.slice(0, holes));
  };
  const each = add => (table, ...values) => {
    let rows = [...table];
    if (table.raw) {
      const heads = table[0].split('|').map(head => head.trim()).filter(Boolean);
      rows = [];
      for (let i = 0; i < values.length; i += heads.length) rows.push(Object.fromEntries(heads.map((head, j) => [head, values[i + j]])));
    }
    return (name, fn, ...rest) => rows.forEach((row, i) => add(format(name, row, i), () => (Array.isArray(row) ? fn(...row) : fn(row)), ...rest));
  };
  const word = add => Object.assign(add(''), {skip: add('skip'), only: add('only'), todo: add('todo')});
  const test = word(addTest), describe = word(addSuite);
  for (const [main, add] of [[test, addTest], [describe, addSuite]]) {
    main.each = each(add(''));
    for (const mode of ['skip', 'only']) main[mode].each = each(add(mode));
  }
  test.failing = addTest('failing');
  test.concurrent = test;
  const hook = when => fn => { current[when].push(fn); };
  const hooks = {before: hook('before'), beforeAll: hook('before'), after: hook('after'), afterAll: hook('after'), beforeEach: hook('beforeEach'), afterEach: hook('afterEach')};
  const words = {test, it: test, describe, suite: describe, context: describe, xtest: test.skip, xit: test.skip, fit: test.only, xdescribe: describe.skip, fdescribe: describe.only, specify: test, ...hooks};
  const {expect, jest} = require('./expect.js')({assert, util, allow});
  const mocks = new Proxy(mock ?? {fn: jest.fn, method: jest.spyOn}, {get: (target, key) => (key === 'method' ? (owner, name, ...rest) => { allow(owner, name); return target.method(owner, name, ...rest); } : typeof target[key] === 'function' ? target[key].bind(target) : target[key])});
  const nodeTest = Object.assign((...given) => test(...given), test, words, {mock: mocks});
  nodeTest.default = nodeTest;

  // --- modules, from memory ---
  const builtin = new Set(Module.builtinModules);
  const refused = new Set(['inspector', 'inspector/promises', 'v8', 'worker_threads', 'cluster', 'child_process', 'repl', 'test', 'module', 'trace_events', 'diagnostics_channel']);
  const builtinRequire = require;
  const forTests = {'node:test': nodeTest, '@jest/globals': {...words, expect, jest}, vitest: {...words, expect, vi: jest}, mocha: words, jest: {...words, expect, jest}, expect: Object.assign(expect, {expect, default: expect})};
  Module._load = new Proxy(Module._load, {apply(load, self, given) {
    if (refused.has(String(given[0]).replace(/^node:/, ''))) throw new Error(`Cannot find module '${given[0]}'`);
    return Reflect.apply(load, self, given);
  }});
  process.binding = process._linkedBinding = process.dlopen = () => { throw new Error('not here'); };
  process.getBuiltinModule = undefined;
  const endings = ['', '.js', '.ts', '.cjs', '.mjs', '.json', '/index.js', '/index.ts'];
  const find = (from, wanted) => {
    const base = path.posix.join(path.posix.dirname(from), wanted);
    for (const stem of [base, base.replace(/\.[cm]?js$/, '')]) for (const ending of endings) if (Object.hasOwn(job.files, stem + ending)) return stem + ending;
    return null;
  };
  const loaded = {true: new Map(), false: new Map()};  // for tests, and for the program: a mock-up of one must not reach the other
  class Finished extends Error {}
  let ended, exitCode;  // what test files, or what they bring along, said with process.exit and process.exitCode
  const testsProcess = new Proxy(process, {
    get: (target, key) => {
      if (key === 'exit') return code => { ended ??= code ?? exitCode ?? 0; throw new Finished(); };
      const value = key === 'exitCode' ? exitCode : target[key];
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, key, value) => { if (key === 'exitCode') exitCode = value; else target[key] = value; return true; },
  });
  const standIn = () => {
    const target = function () {};
    const self = new Proxy(target, {
      get: (_, key) => {
        if (key === 'then') return undefined;
        if (key === Symbol.iterator) return function* () {};
        if (key === Symbol.toPrimitive) return () => 0;
        if (key === 'prototype') return target.prototype;
        return key === '__esModule' ? true : self;
      },
      apply: () => self, construct: () => self, has: () => true, set: () => true,
    });
    return self;
  };
  const load = (file, forTest) => {
    const trusted = forTest && file !== job.solution, known = loaded[trusted || (forTest && file === job.solution)];
    if (known.has(file)) return known.get(file).exports;
    const module = {exports: {}, id: file, filename: `/box/${file}`, loaded: false, children: [], paths: []};
    known.set(file, module);
    if (listing && file === job.solution) return (module.exports = standIn());
    const source = job.files[file];
    if (file.endsWith('.json')) return (module.exports = JSON.parse(source));
    const require = wanted => {
      if (/^\.{1,2}(\/|$)/.test(wanted)) {
        const found = find(file, wanted);
        if (found) return load(found, trusted);
      } else if (trusted && Object.hasOwn(forTests, wanted)) return forTests[wanted];
      else if (builtin.has(wanted.replace(/^node:/, '')) && !refused.has(wanted.replace(/^node:/, ''))) return builtinRequire(wanted);
      throw Object.assign(new Error(`Cannot find module '${wanted}'`), {code: 'MODULE_NOT_FOUND'});
    };
    Object.assign(require, {resolve: wanted => wanted, cache: {}, main: trusted ? module : undefined});
    // strict: a sloppy function would show itself, expected values included, to what it calls
    const head = trusted ? '"use strict";' : '';
    const given = {exports: module.exports, require, module, __filename: module.filename, __dirname: '/box', ...(trusted ? {process: testsProcess, ...globals} : {})};
    const names = Object.keys(given);
    const wrapped = `(function (${names}) {${head}{${source.replace(/^#!.*/, '')}\n}})`;
    native.apply(vm.runInThisContext(wrapped, {filename: file}), module.exports, Object.values(given));
    module.loaded = true;
    return module.exports;
  };
  const globals = {...words, expect, jest, vi: jest};

  // --- running ---
  const soon = (ms, what) => new Promise((_, no) => { const timer = native.setTimeout(() => no(new Error(`${what} took longer than ${ms} ms`)), ms); timer.unref(); });
  const call = async (fn, context, ms) => {
    const work = fn.length > (context.given ? 1 : 0) ? new Promise((yes, no) => {
      const done = error => (error ? no(error instanceof Error ? error : new Error(String(error))) : yes());
      done.fail = no;
      const made = context.given ? fn.call(context, context, done) : fn.call(context, done);
      if (made && typeof made.then === 'function') made.then(yes, no);
    }) : Promise.resolve(context.given ? fn.call(context, context) : fn.call(context));
    await (ms ? Promise.race([work, soon(ms, 'a test')]) : work);
  };
  const chain = (node, when) => (node ? [...chain(node.parent, when), ...node[when]] : []);
  let usesNodeTest = false;
  const runBody = async test => {
    const subtests = [];
    let skipped = false;
    const context = {
      name: test.name, given: usesNodeTest, signal: new AbortController().signal, mock: mocks, assert,
      skip() { skipped = true; }, todo() {}, diagnostic() {}, plan() {}, timeout() {}, slow() {}, retries() {},
      before: fn => fn(), after: fn => { cleanups.push(fn); }, beforeEach: fn => { own.push(fn); }, afterEach: fn => { cleanups.push(fn); },
    };
    const own = [], cleanups = [];
    const sub = child => {
      const work = (async () => { if (child.mode === 'skip' || child.mode === 'todo') return; for (const fn of own) await fn(); await runBody(child); })();
      subtests.push(work);
      work.catch(() => {});
      return work;
    };
    context.test = (...given) => { const {name, fn, options} = parts(given); return sub({name, fn, mode: modeOf('', options)}); };
    Object.assign(context.test, {skip: () => {}, todo: () => {}});
    try { await place.run(sub, () => call(test.fn, context, test.timeout)); await Promise.all(subtests); } finally { for (const fn of cleanups) await fn(); }
    return skipped;
  };
  const runTest = async test => {
    expect.reset();
    let problem = null, skipped = false;
    try {
      for (const fn of chain(test.parent, 'beforeEach')) await call(fn, {given: usesNodeTest});
      skipped = await runBody(test);
      expect.verify();
    } catch (error) { problem = error ?? new Error('threw nothing'); }
    try { for (const fn of chain(test.parent, 'afterEach').reverse()) await call(fn, {given: usesNodeTest}); } catch (error) { problem ??= error; }
    if (test.mode === 'failing') problem = problem ? null : new Error('was expected to fail');
    const tampered = changed();
    if (tampered) problem = new Error(`the program changed ${tampered}`);
    if (test.row === undefined) test.file.problem ??= problem;
    else if (problem) fail(test.row, problem);
    else reveal(2 * test.row + (skipped ? 1 : 0));
  };
  const fail = (number, problem) => {
    let message = 'failed', how = 'error';
    try {
      how = problem instanceof assert.AssertionError ? 'failed' : 'error';
      message = String(problem && problem.message !== undefined ? problem.message : problem).slice(0, 500);
    } catch {}
    say(`#reward ${number} ${how} ${native.stringify(message)}`);
  };
  const wanted = test => {
    for (let node = test; node; node = node.parent) if (node.mode === 'skip' || node.mode === 'todo') return false;
    if (!only) return true;
    for (let node = test; node; node = node.parent) if (node.mode === 'only') return true;
    return false;
  };
  const testsOf = node => (node.children ? node.children.flatMap(testsOf) : [node]);
  const skip = test => { if (test.row !== undefined && !changed()) reveal(2 * test.row + 1); };
  const failAll = (tests, problem) => { for (const test of tests) if (test.row === undefined) test.file.problem ??= problem; else fail(test.row, problem); };
  // What is to run is settled before anything runs.
  const planOf = suite => ({suite, tests: testsOf(suite).filter(wanted), steps: suite.children.map(child => (child.children ? planOf(child) : {test: child, runs: wanted(child)}))});
  const runPlan = async ({suite, tests, steps}) => {
    if (tests.length) {
      try { for (const fn of suite.before) await call(fn, {given: usesNodeTest}); } catch (error) { failAll(tests, error); return; }
    }
    for (const step of steps) {
      if (step.suite) await runPlan(step);
      else if (step.runs) await runTest(step.test);
      else skip(step.test);
    }
    if (tests.length) for (const fn of suite.after) await call(fn, {given: usesNodeTest});
  };

  // --- rows: a test each; for a file that lists none, or not without the program, the file ---
  const files = job.tests.map(name => ({name, problem: null, tests: []}));
  const byName = new Map();
  (job.expected ?? []).forEach(([file, name], row) => {
    const key = native.stringify([file, name]);
    byName.set(key, [...(byName.get(key) ?? []), row]);
  });
  const rowOf = (file, name) => (byName.get(native.stringify([file, name])) ?? []).shift();
  let failing = () => {};
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, error => { if (!(error instanceof Finished)) failing(error); });
  }
  const iterators = [[], new Map(), new Set(), '', 'a'.matchAll(/a/g)].map(one => Object.getPrototypeOf(one[Symbol.iterator]()));
  const generators = [function* () {}, async function* () {}, async () => {}].map(Object.getPrototypeOf);
  const globalNames = ['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'Math', 'JSON', 'Reflect', 'RegExp', 'Promise', 'Map', 'Set', 'Date', 'Error', 'Proxy', 'WeakMap', 'BigInt'];
  for (const name of globalNames) {
    const value = globalThis[name];
    kept.push([globalThis, name, Object.getOwnPropertyDescriptor(globalThis, name), name]);
    keep(value, name);
    if (value.prototype) keep(value.prototype, `${name}.prototype`);
  }
  for (const one of [...iterators, ...generators, ...generators.map(one => one.prototype).filter(Boolean), Object.getPrototypeOf(iterators[0]), Object.getPrototypeOf(Uint8Array.prototype), AsyncLocalStorage.prototype]) keep(one, 'an iterator');
  for (const [name, one] of Object.entries({assert, 'assert.strict': assert.strict, util, fs, vm, path})) keep(one, name);
  const plain = Reflect.ownKeys(Object.prototype).length;
  const drained = then => {
    // The program can emit this event too; but then something is left to do, or will have been done.
    const look = () => native.setImmediate(() => { if (native.active().every(name => name === 'Immediate')) then(); });
    process.on('beforeExit', look);
  };

  const main = async () => {
    for (const file of files) {
      const before = testsOf(root).length;
      try { load(file.name, true); for (const work of loading.splice(0)) await work; } catch (error) { if (!(error instanceof Finished)) file.problem = error; }
      file.tests = testsOf(root).slice(before);
      usesNodeTest ||= /['"]node:test['"]/.test(job.files[file.name]);
      for (const test of file.tests) { test.file = file; test.row = rowOf(file.name, full(test)); }
      file.row = rowOf(file.name, '');
    }
    if (listing) return list();
    for (const file of files) {  // what it would have listed, had the program let it
      if (!file.problem) continue;
      (job.expected ?? []).forEach(([name, test], row) => { if (name === file.name && test && byName.get(native.stringify([name, test])).includes(row)) fail(row, file.problem); });
    }
    const all = testsOf(root), tampered = changed();
    if (tampered) { files.forEach(file => { file.problem = new Error(`the program changed ${tampered}`); }); failAll(all, files[0].problem); }
    else if (all.length) {
      failing = error => failAll(all, error);
      try { await runPlan(planOf(root)); } catch (error) { failAll(all, error); }
    }
    const waiting = files.filter(file => file.row !== undefined);
    const settle = () => {
      const now = changed();
      for (const file of waiting) {
        const problem = now ? new Error(`the program changed ${now}`) : file.problem;
        if (problem) fail(file.row, problem);
        else if (ended ?? exitCode) fail(file.row, new Error(`ended with exit code ${ended ?? exitCode}`));
        else if (job.ends && ended === undefined) fail(file.row, new Error('never came to its end'));
        else reveal(2 * file.row);
      }
      native.exit(0);
    };
    if (!waiting.length) native.exit(0);
    failing = error => { waiting.forEach(file => { file.problem ??= error; }); settle(); };
    if (ended !== undefined || tampered) settle();
    native.setInterval(() => { if (ended !== undefined) settle(); }, 2).unref();
    drained(settle);
  };

  // Without the program: what each file lists; and whether a file that lists nothing ends by itself.
  const list = () => {
    const rows = files.flatMap(file => (file.tests.length && !file.problem ? file.tests.map(test => [file.name, full(test)]) : [[file.name, '']]));
    const done = () => { native.write(1, `\n#tests ${native.stringify({rows, ends: ended !== undefined})}\n`); native.exit(0); };
    if (rows.every(row => row[1])) done();
    native.setInterval(() => { if (ended !== undefined) done(); }, 2).unref();
    drained(done);
  };
  main();
})();
