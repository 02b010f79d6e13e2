// Both ends of tests in a process of their own: `node javascript.js program` holds the program,
// `node javascript.js tests` runs the tests, whose unresolved names are the program's. Plain data
// crosses by value; functions, instances and what has accessors stay where they are, and the other
// side has a proxy. Descriptor 3 leads to the other end: messages of JSON behind their length.
'use strict';
(() => {
  const fs = require('fs'), vm = require('vm'), assert = require('assert'), util = require('util');
  const {createRequire, builtinModules} = require('module');
  const isTests = process.argv[2] === 'tests';
  const WIRE = 3, MAX_MESSAGE = 64 << 20, MAX_DEPTH = 500;
  const leave = process.reallyExit.bind(process), toJSON = JSON.stringify, fromJSON = JSON.parse;
  const read = fs.readSync, write = fs.writeSync, active = process.getActiveResourcesInfo.bind(process);
  const later = setTimeout, soon = setImmediate, stop = clearTimeout;
  const plainText = value => util.inspect(value).slice(0, 2000);

  // ---- messages

  function send(message) {
    const body = Buffer.from(toJSON(message));
    if (body.length > MAX_MESSAGE) throw new RangeError('a value too large to hand over');
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    const data = Buffer.concat([head, body]);
    try {
      for (let at = 0; at < data.length;) at += write(WIRE, data, at);
    } catch { leave(0); }
  }

  function take(size) {
    const data = Buffer.alloc(size);
    for (let at = 0; at < size;) {
      let got = 0;
      try { got = read(WIRE, data, at, size - at); } catch {}
      // The other end is gone. Tests that have not come to their end have not passed.
      if (!got) leave(0);
      at += got;
    }
    return data;
  }

  function receive() {
    const size = take(4).readUInt32BE(0);
    if (size > MAX_MESSAGE) leave(0);
    try { return fromJSON(take(size).toString()); } catch { return leave(0); }
  }

  // ---- values

  const BUILTIN = new Map(), BY_NAME = new Map();
  const know = (name, value) => { if (!BUILTIN.has(value)) { BUILTIN.set(value, name); BY_NAME.set(name, value); } };
  const ES = `Object Array Number String Boolean Symbol BigInt Date RegExp Map Set WeakMap WeakSet WeakRef Promise Proxy
    Error TypeError RangeError SyntaxError ReferenceError EvalError URIError AggregateError ArrayBuffer SharedArrayBuffer
    DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float32Array
    Float64Array BigInt64Array BigUint64Array Buffer parseInt parseFloat isNaN isFinite encodeURIComponent
    decodeURIComponent encodeURI decodeURI`.split(/\s+/);
  for (const name of ES) {
    know(name, globalThis[name]);
    if (globalThis[name].prototype) know(name + '.prototype', globalThis[name].prototype);
  }
  know('Function.prototype', Function.prototype);
  for (const name of Object.getOwnPropertyNames(Math)) if (typeof Math[name] === 'function') know('Math.' + name, Math[name]);
  const WELL_KNOWN = new Map(Object.getOwnPropertyNames(Symbol).filter(n => typeof Symbol[n] === 'symbol').map(n => [Symbol[n], n]));
  const TYPED = new Set(ES.filter(name => /^(Big)?(Ui|I|F)\w+Array$/.test(name)));

  const mine = [], myNumber = new Map(); // what stays here and the other side knows by number
  const theirs = new Map(), theirNumber = new WeakMap(); // proxies of what stays there
  const told = new Set(); // numbers whose kind the other side knows
  const remote = new Map(); // proxy: what the tests did with it
  const waiting = new Map(); // numbers of their promises: how to settle ours
  let settled = []; // our promises that were settled: what the other side is told next

  function number(value) {
    let n = myNumber.get(value);
    if (n === undefined) { n = mine.push(value) - 1; myNumber.set(value, n); }
    return n;
  }

  function isPlain(value) {
    const proto = Object.getPrototypeOf(value);
    if (proto !== Object.prototype && proto !== null) return false;
    const all = Object.getOwnPropertyDescriptors(value);
    return Reflect.ownKeys(all).every(key => {
      const one = all[key];
      return typeof key === 'string' && one.enumerable && 'value' in one && typeof one.value !== 'function';
    });
  }

  // `seen` numbers containers in the order in which both sides come across them.
  function encode(value, seen = new Map(), depth = 0) {
    switch (typeof value) {
      case 'string': case 'boolean': return value;
      case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? value : {n: Object.is(value, -0) ? '-0' : String(value)};
      case 'undefined': return {u: 1};
      case 'bigint': return {i: String(value)};
      case 'symbol': return symbol(value);
    }
    if (value === null) return null;
    if (theirNumber.has(value)) return {k: theirNumber.get(value)};
    if (BUILTIN.has(value)) return {b: BUILTIN.get(value)};
    if (seen.has(value)) return {r: seen.get(value)};
    if (depth > MAX_DEPTH) throw new RangeError(`a value nested deeper than ${MAX_DEPTH} levels`);
    const proto = Object.getPrototypeOf(value), inner = item => encode(item, seen, depth + 1);
    const isArray = Array.isArray(value) && proto === Array.prototype;
    const isMap = proto === Map.prototype && util.types.isMap(value), isSet = proto === Set.prototype && util.types.isSet(value);
    if (isArray || isMap || isSet || (typeof value === 'object' && !util.types.isProxy(value) && isPlain(value))) {
      seen.set(value, seen.size);
      if (isMap) return {m: [...Map.prototype.entries.call(value)].map(pair => pair.map(inner))};
      if (isSet) return {s: [...Set.prototype.values.call(value)].map(inner)};
      if (isArray) return elements(value, inner);
      return {o: Object.keys(value).flatMap(key => [key, inner(value[key])]), p: proto === null ? 1 : undefined};
    }
    return kept(value, proto, inner);
  }

  function elements(value, inner) {
    const items = [];
    for (let at = 0; at < value.length; at++) items.push(at in value ? inner(value[at]) : {_: 1});
    const more = Object.keys(value).slice(items.filter(item => item?._ !== 1).length).filter(key => typeof value[key] !== 'function');
    return more.length ? {a: items, e: more.map(key => [key, inner(value[key])])} : items;
  }

  function symbol(value) {
    if (WELL_KNOWN.has(value)) return {w: WELL_KNOWN.get(value)};
    if (Symbol.keyFor(value) !== undefined) return {S: Symbol.keyFor(value)};
    if (theirSymbols.has(value)) return {Y: theirSymbols.get(value)};
    return {y: [number(value), value.description ?? null]};
  }
  const theirSymbols = new Map(), symbols = new Map();

  function kept(value, proto, inner) {
    if (!util.types.isProxy(value)) {
      if (proto === Date.prototype && util.types.isDate(value)) return {D: encode(Date.prototype.getTime.call(value))};
      if (proto === RegExp.prototype && util.types.isRegExp(value)) return {R: [value.source, value.flags]};
      const name = ArrayBuffer.isView(value) && Object.keys(BY_NAME.get(BUILTIN.get(proto)) ?? {}) && BUILTIN.get(proto)?.replace('.prototype', '');
      if (name && (TYPED.has(name) || name === 'Buffer')) {
        return {T: [name, Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')]};
      }
    }
    const n = number(value);
    if (typeof value !== 'function' && typeof value.then === 'function') {
      if (!told.has(n)) {
        told.add(n);
        Promise.resolve(value).then(v => settled.push([n, 1, v]), v => settled.push([n, 0, v])).then(hurry);
      }
      return {P: n};
    }
    if (told.has(n)) return {h: n};
    told.add(n);
    if (typeof value === 'function') return {F: [n, String(value.name), Number(value.length) || 0, inner(proto)]};
    if (util.types.isNativeError(value)) {
      const props = Object.keys(value).filter(key => typeof value[key] !== 'function').map(key => [key, inner(value[key])]);
      return {E: [n, inner(proto), String(value.message), props]};
    }
    return {H: [n, inner(proto)]};
  }

  function decode(data, seen = []) {
    if (typeof data !== 'object' || data === null) return data;
    const inner = item => decode(item, seen), hold = value => { seen.push(value); return value; };
    if (Array.isArray(data)) return fill(hold([]), data, inner);
    if ('o' in data) {
      const value = hold(data.p ? Object.create(null) : {});
      for (let at = 0; at < data.o.length; at += 2) put(value, data.o[at], inner(data.o[at + 1]));
      return value;
    }
    if ('a' in data) {
      const value = fill(hold([]), data.a, inner);
      for (const [key, item] of data.e) put(value, key, inner(item));
      return value;
    }
    if ('m' in data) { const value = hold(new Map()); for (const [k, v] of data.m) value.set(inner(k), inner(v)); return value; }
    if ('s' in data) { const value = hold(new Set()); for (const item of data.s) value.add(inner(item)); return value; }
    if ('r' in data) return seen[data.r];
    const [tag] = Object.keys(data);
    return READ[tag](data[tag], inner);
  }

  const put = (value, key, item) => Object.defineProperty(value, key, {value: item, writable: true, enumerable: true, configurable: true});
  function fill(value, items, inner) {
    for (const item of items) if (item?._ === 1) value.length++; else value.push(inner(item));
    return value;
  }

  const READ = {
    n: Number, u: () => undefined, i: BigInt, w: name => Symbol[name], S: key => Symbol.for(key),
    y: ([n, text]) => {
      if (!symbols.has(n)) { symbols.set(n, Symbol(text ?? undefined)); theirSymbols.set(symbols.get(n), n); }
      return symbols.get(n);
    },
    Y: n => mine[n], k: n => mine[n], b: name => BY_NAME.get(name),
    D: (time, inner) => new Date(inner(time)), R: ([source, flags]) => new RegExp(source, flags),
    T: ([name, text]) => {
      const bytes = Buffer.from(text, 'base64');
      if (name === 'Buffer') return bytes;
      const copy = new Uint8Array(bytes).buffer;
      return new (BY_NAME.get(TYPED.has(name) ? name : 'Uint8Array'))(copy);
    },
    h: n => theirs.get(n),
    F: ([n, name, length, proto], inner) => remember(n, inner(proto), named(name, length)),
    H: ([n, proto], inner) => remember(n, inner(proto), {}),
    E: ([n, proto, message, props], inner) => {
      const error = new Error(message);
      Object.setPrototypeOf(error, inner(proto) ?? Error.prototype);
      for (const [key, item] of props) put(error, key, inner(item));
      theirs.set(n, error);
      theirNumber.set(error, n);
      return error;
    },
    P: n => {
      if (!theirs.has(n)) {
        const promise = new Promise((yes, no) => waiting.set(n, [yes, no]));
        theirs.set(n, promise);
        theirNumber.set(promise, n);
      }
      return theirs.get(n);
    },
  };

  function named(name, length) {
    const target = function () {}.bind(); // can be called and constructed, has no `prototype`
    Object.defineProperty(target, 'name', {value: name, configurable: true});
    Object.defineProperty(target, 'length', {value: length, configurable: true});
    return target;
  }

  // ---- what stays on the other side

  // What asks a built-in whether something is so. An object of the program that says yes to all of it
  // must not stand in for the value that tests expect: only what they made or fed themselves is asked.
  const ASKING = new Set(`includes indexOf lastIndexOf startsWith endsWith every some has match test equals isEqual equal eq
    compare compareTo localeCompare forEach map filter find findIndex reduce deepEquals`.split(/\s+/));
  const READING = new Set(`get at slice concat join split substring substr charAt charCodeAt toString toFixed keys entries
    values flat flatMap hasOwnProperty isPrototypeOf valueOf replace trim`.split(/\s+/)); // feed it nothing
  const LOCAL = new Set(['name', 'length', 'call', 'apply', 'bind', Symbol.hasInstance]);

  function remember(n, proto, target) {
    const isFunction = typeof target === 'function';
    const ask = (verb, ...rest) => request(verb, n, ...rest);
    const proxy = new Proxy(target, {
      get(_, key) {
        if (isFunction && LOCAL.has(key)) return Reflect.get(target, key);
        if (key === '__proto__') return proto;
        const value = ask('get', encode(key));
        if (key === 'then' && typeof value === 'function' && !isFunction) return undefined;
        if (isTests && typeof value === 'function' && remote.has(value)) remote.get(value).key = key;
        return value;
      },
      set: (_, key, value) => ask('set', encode(key), encode(value)),
      has: (_, key) => ask('has', encode(key)),
      deleteProperty: (_, key) => ask('delete', encode(key)),
      ownKeys: () => ask('keys'),
      getOwnPropertyDescriptor(_, key) {
        const found = ask('descriptor', encode(key));
        return found && {...found, writable: true, configurable: true};
      },
      defineProperty: (_, key, how) => ask('set', encode(key), encode(how.value)),
      getPrototypeOf: () => proto,
      apply: (_, self, args) => use('call', n, self, args, proxy),
      construct: (_, args) => {
        const made = use('new', n, undefined, args, proxy);
        if (remote.has(made)) remote.get(made).trusted = true;
        return made;
      },
    });
    theirs.set(n, proxy);
    theirNumber.set(proxy, n);
    remote.set(proxy, {});
    return proxy;
  }

  // A call: arguments that were changed there are changed here too.
  function use(verb, n, self, args, proxy) {
    const about = remote.get(self);
    if (isTests && about && !about.trusted) {
      const key = remote.get(proxy).key;
      if (args.length && ASKING.has(key)) throw new TypeError(`an object of the program stands in for a built-in: ${key}`);
      if (args.length && !READING.has(key)) about.trusted = true;
    }
    const seen = new Map(), given = args.map(item => encode(item, seen));
    const sent = [...seen.keys()];
    const [result, changed] = exchange([verb, n, encode(self), given]);
    if (changed) changed.forEach((data, at) => become(args[at], decode(data)));
    const value = decode(result, sent);
    if (about?.trusted && remote.has(value)) remote.get(value).trusted = true;
    return value;
  }

  // Make a container equal to what the other side made of it, in place.
  function become(ours, new_) {
    if (typeof ours !== 'object' || ours === null || typeof new_ !== 'object' || new_ === null || theirNumber.has(ours)) return;
    if (Object.getPrototypeOf(ours) !== Object.getPrototypeOf(new_) || Object.isFrozen(ours)) return;
    const keep = (old, item) => { if (same(old, item)) { become(old, item); return old; } return item; };
    if (Array.isArray(ours)) {
      const old = ours.slice();
      ours.length = new_.length;
      new_.forEach((item, at) => { ours[at] = keep(old[at], item); });
    } else if (util.types.isMap(ours)) {
      const all = [...new_].map(([k, v]) => [k, keep(ours.get(k), v)]);
      ours.clear();
      for (const [k, v] of all) ours.set(k, v);
    } else if (util.types.isSet(ours)) {
      ours.clear();
      for (const item of new_) ours.add(item);
    } else if (ArrayBuffer.isView(ours)) {
      if (ours.length === new_.length) ours.set(new_);
    } else if (util.types.isDate(ours)) {
      ours.setTime(new_.getTime());
    } else if (!util.types.isRegExp(ours)) {
      const all = Object.keys(new_).map(key => [key, keep(ours[key], new_[key])]);
      for (const key of Object.keys(ours)) if (!(key in new_)) delete ours[key];
      for (const [key, item] of all) put(ours, key, item);
    }
  }
  const same = (a, b) => typeof a === 'object' && typeof b === 'object' && a && b && !theirNumber.has(a) && !theirNumber.has(b)
    && Object.getPrototypeOf(a) === Object.getPrototypeOf(b);

  // ---- requests and replies

  // What is printed is data where it can be, for tests that look at what console.log was given.
  const printable = item => ((typeof item === 'object' && item && !Array.isArray(item) && !isPlain(item)) || typeof item === 'function' ? plainText(item) : item);
  const PRINTING = ['log', 'info', 'debug'];
  let printed = [], failure = null, busy = false;
  let hurry = () => {};

  const request = (...message) => decode(exchange(message)[0]);

  function exchange(message) {
    send(['ask', message, drain()]);
    if (isTests) hurry();
    for (;;) {
      const [kind, body, said] = receive();
      show(said);
      if (kind === 'ask') { answer(body); continue; }
      if (kind === 'throw') throw decode(body);
      return body;
    }
  }

  function answer([verb, ...rest]) {
    let reply;
    try {
      reply = ['ok', DO[verb](...rest)];
    } catch (error) {
      // A program that swallows what an assertion of the tests threw in a callback has not passed it.
      if (isTests && error instanceof assert.AssertionError) failure ??= error;
      try { reply = ['throw', encode(error)]; } catch { reply = ['throw', {E: [number(error), {b: 'Error.prototype'}, 'an exception that can not be told', []]}]; }
    }
    reply.push(drain());
    try { send(reply); } catch (error) { send(['throw', encode(error), null]); }
  }

  function drain() {
    if (isTests) return null;
    const said = [printed, active().length > 0];
    printed = [];
    return said;
  }

  function show(said) {
    if (!isTests || !said) return;
    busy = said[1];
    for (const [method, data] of said[0]) {
      if (method === 'write') process.stdout.write(String(data));
      else if (PRINTING.includes(method)) console[method](...decode(data));
    }
  }

  // What the program may do with an object of the tests: call functions it was given, and use public
  // attributes that the tests' own text defined. Built-in ones would lead it out of its process.
  function own(target, key) {
    if (!isTests) return target[key];
    if (typeof target === 'function' || key === 'constructor' || key === '__proto__') return undefined;
    for (let at = target; at && !BUILTIN.has(at); at = Object.getPrototypeOf(at)) {
      if (Object.hasOwn(at, key)) {
        const value = target[key];
        return typeof value === 'function' && /\[native code\]/.test(Function.prototype.toString.call(value)) ? undefined : value;
      }
    }
    return undefined;
  }

  function run(args, work) {
    const seen = [], before = toJSON(args), given = args.map(item => decode(item, seen));
    const known = new Map(seen.map((value, at) => [value, at]));
    const value = work(given);
    const result = encode(value, new Map(known)); // containers among the arguments are named, not copied
    const again = new Map(), after = given.map(item => encode(item, again));
    return [result, toJSON(after) === before ? null : after];
  }

  const DO = {
    call: (n, self, args) => run(args, given => Reflect.apply(mine[n], decode(self), given)),
    new: (n, self, args) => run(args, given => Reflect.construct(mine[n], given)),
    get: (n, key) => [encode(own(mine[n], decode(key)))],
    set: (n, key, value) => {
      if (isTests && own(mine[n], decode(key)) === undefined) return [false];
      mine[n][decode(key)] = decode(value);
      return [true];
    },
    has: (n, key) => [isTests ? own(mine[n], decode(key)) !== undefined : Reflect.has(mine[n], decode(key))],
    delete: (n, key) => [!isTests && Reflect.deleteProperty(mine[n], decode(key))],
    keys: n => [encode(isTests ? Object.keys(mine[n]) : Reflect.ownKeys(mine[n]))],
    descriptor: (n, key) => {
      const found = Reflect.getOwnPropertyDescriptor(mine[n], decode(key));
      return [encode(found && {value: own(mine[n], decode(key)), enumerable: found.enumerable})];
    },
    ...(isTests ? {} : program()),
  };

  // ---- the program's end

  function program() {
    const runHere = vm.runInThisContext;
    const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
    const exported = () => Object(globalThis.module.exports);
    const shape = name => Object.getOwnPropertyDescriptor(globalThis, name);
    const initial = new Map(Object.getOwnPropertyNames(globalThis).map(name => [name, shape(name)]));
    // Whether a name means another thing than it did: some may not be evaluated, as that costs much.
    const isChanged = name => {
      const [before, now] = [initial.get(name), shape(name)];
      if (!now || now.value !== before?.value || now.get !== before?.get) return true;
      if (!now.configurable) return false;
      const mark = {};
      Object.defineProperty(globalThis, name, {value: mark, configurable: true});
      try { return runHere(name) !== mark; } finally { Object.defineProperty(globalThis, name, now); }
    };
    return {
      // Of names that every Node has: those to which the program gave another meaning.
      changed: names => [names.filter(isChanged)],
      global: name => {
        if (!NAME.test(name)) return [null];
        let value;
        try { value = runHere(name); } catch (error) {
          if (!(error instanceof ReferenceError)) throw error;
          if (!(name in exported())) return [null];
          value = exported()[name];
        }
        return [[encode(value)]];
      },
      assign: (name, value) => {
        if (!NAME.test(name)) return [null];
        globalThis.$handedOver = decode(value);
        try { runHere(`${name} = $handedOver`); } finally { delete globalThis.$handedOver; }
        return [null];
      },
      exports: () => [encode(globalThis.module.exports)],
    };
  }

  function settle(list) {
    for (const [n, good, data] of list) {
      const [yes, no] = waiting.get(n) ?? [];
      if (!yes) continue;
      waiting.delete(n);
      (good ? yes : no)(decode(data));
    }
  }

  const told_ = () => { const list = settled.map(([n, good, value]) => [n, good, encode(value)]); settled = []; return list; };

  // Answers until the tests ask for a turn: then the event loop has it, until something of interest
  // to them happened, nothing is left to do, or their patience is over.
  function serve() {
    for (;;) {
      const [, body] = receive();
      if (body[0] !== 'turn') { answer(body); continue; }
      settle(body[2]);
      let over = false;
      const finish = () => {
        if (over) return;
        over = true;
        hurry = () => {};
        stop(timer);
        send(['ok', [told_()], drain()]);
        serve();
      };
      const timer = later(finish, body[1]);
      timer.unref();
      hurry = () => soon(finish);
      const look = () => { if (over) return; if (settled.length || !active().some(what => what !== 'Immediate')) finish(); else again = later(look, 1); };
      let again;
      soon(() => soon(look));
      return;
    }
  }

  function load() {
    const text = fs.readFileSync('/box/main.js', 'utf8');
    const module = {exports: {}};
    Object.assign(globalThis, {require: createRequire('/box/main.js'), module, exports: module.exports, __filename: '/box/main.js', __dirname: '/box'});
    for (const method of PRINTING) {
      console[method] = (...said) => { if (printed.length < 10000) printed.push([method, encode(said.map(printable))]); };
    }
    process.stdout.write = (data, ...rest) => {
      if (printed.length < 10000) printed.push(['write', String(data)]);
      const done = rest.find(item => typeof item === 'function');
      if (done) process.nextTick(done);
      return true;
    };
    vm.runInThisContext(text, {filename: '/box/main.js'});
    serve();
  }

  // ---- the tests' end

  // What tests may call the program's file; other files would be helpers, which the program must not be.
  const PROGRAM = /^\.{1,2}\/(?:\w+\/)*(?:solution|main|index|program|code|app|answer|candidate|submission)(?:\.[cm]?[jt]s)?$/;

  function test() {
    const tests = fs.readFileSync('/box/tests.js', 'utf8'), token = fs.readFileSync('/box/token', 'utf8');
    const pending = new Set();
    if (!/Promise\s*\.\s*(?:race|any)\b/.test(tests)) {
      require('v8').promiseHooks.createHook({init: p => pending.add(p), settled: p => pending.delete(p)});
    }
    console.assert = (ok, ...said) => { if (!ok) throw new assert.AssertionError({message: 'console.assert: ' + util.format(...said)}); };
    const own = createRequire('/box/tests.js');
    const require_ = name => (PROGRAM.test(name) ? request('exports') : own(name));
    Object.assign(globalThis, {require: Object.assign(require_, own), module: {exports: {}}, exports: {}, __filename: '/box/tests.js', __dirname: '/box'});
    Object.defineProperty(globalThis.module, 'exports', {get: () => request('exports'), set() {}});
    require_.main = globalThis.module;
    const keep = new Set([...ES, ...`Function eval JSON Math Reflect Atomics Intl globalThis global process console undefined NaN Infinity
      setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask structuredClone require module
      exports __filename __dirname escape unescape FinalizationRegistry`.split(/\s+/)]);
    const others = Object.getOwnPropertyNames(globalThis).filter(name => !keep.has(name));
    for (const name of request('changed', others)) if (others.includes(name)) delete globalThis[name];
    reach(tests);
    process.on('exit', code => {
      if (failure) { console.error(failure); leave(1); }
      if (!code && !waiting.size && !pending.size) write(1, token);
      else if (!code) console.error('a promise was never settled');
    });
    vm.runInThisContext(tests, {filename: 'tests.js'});
    pump();
  }

  // Names that tests use and do not define are the program's; but what they judge with is ours.
  function reach(text) {
    const proto = Object.getPrototypeOf(globalThis), builtin = new Set(builtinModules);
    const judges = {...Object.fromEntries(Object.keys(assert).map(name => [name, assert[name]])), isDeepStrictEqual: util.isDeepStrictEqual, isEqual: util.isDeepStrictEqual};
    const hidden = /^(?:_|lodash|chai|expect|should|jest|vi|sinon|\$handedOver)$|^assert/;
    const runner = /^(?:describe|it|test|suite|before|after|beforeEach|afterEach)$/;
    let last = [];
    const find = key => {
      if (typeof key === 'symbol' || hidden.test(key) && key !== 'assert') return null;
      if (runner.test(key) && new RegExp(`\\b${key}\\s*\\(\\s*(?:['"\`]|async\\b|\\(|function\\b)`).test(text)) return [require('node:test')[key]];
      if (builtin.has(key)) return [require(key)];
      if (Object.hasOwn(judges, key)) return [judges[key]];
      const found = exchange(['global', key])[0];
      return found && [decode(found[0])];
    };
    Object.setPrototypeOf(globalThis, new Proxy(proto, {
      has(_, key) {
        if (Reflect.has(proto, key)) return true;
        last = [key, find(key)];
        return last[1] !== null;
      },
      get(_, key, self) {
        if (Reflect.has(proto, key)) return Reflect.get(proto, key, self);
        const found = last[0] === key ? last[1] : find(key);
        last = [];
        return found?.[0];
      },
      set(_, key, value, self) {
        if (find(key)) { request('assign', key, encode(value)); return true; }
        return Reflect.defineProperty(self, key, {value, writable: true, enumerable: true, configurable: true});
      },
    }));
  }

  // Both event loops go on by turns while either has something to wait for.
  function pump() {
    let next = null;
    const turn = () => {
      const idle = !active().some(what => what !== 'Immediate');
      const [list] = exchange(['turn', idle ? 1000 : 3, told_()]);
      next = null;
      settle(list);
      if (busy || list.length || settled.length || (waiting.size && !idle)) plan(busy || list.length ? 0 : 1);
    };
    const plan = pause => { next ??= pause ? later(turn, pause) : soon(turn); };
    hurry = () => plan(0);
    plan(0);
  }

  if (isTests) test(); else load();
})();
