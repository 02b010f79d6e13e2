// Jest's expect and jest.fn, as far as tests of plain functions and classes use them.
'use strict';
module.exports = ({assert, util, allow}) => {
  const {is, hasOwn, getPrototypeOf, keys: keysOf} = Object, {isDeepStrictEqual, inspect} = util;
  const show = value => { try { return inspect(value, {depth: 4, breakLength: 120}).slice(0, 200); } catch { return 'a value'; } };
  let count = 0, wanted = null, some = false;

  // --- values that match by a rule: expect.any and the like ---
  class Matcher { constructor(name, test) { this.name = name; this.test = test; } }
  const rule = (name, test) => (...given) => new Matcher(name, value => test(value, ...given));
  const kinds = new Map([[String, 'string'], [Number, 'number'], [Boolean, 'boolean'], [Function, 'function'], [BigInt, 'bigint'], [Symbol, 'symbol']]);
  const rules = {
    any: rule('any', (value, kind) => (kinds.has(kind) ? typeof value === kinds.get(kind) : kind === Object ? typeof value === 'object' : value instanceof kind)),
    anything: rule('anything', value => value !== null && value !== undefined),
    arrayContaining: rule('arrayContaining', (value, list) => Array.isArray(value) && list.every(one => value.some(other => equal(other, one)))),
    objectContaining: rule('objectContaining', (value, some) => value !== null && typeof value === 'object' && keysOf(some).every(key => key in value && equal(value[key], some[key]))),
    stringContaining: rule('stringContaining', (value, part) => typeof value === 'string' && value.includes(part)),
    stringMatching: rule('stringMatching', (value, pattern) => typeof value === 'string' && new RegExp(pattern).test(value)),
    closeTo: rule('closeTo', (value, number, digits = 2) => close(value, number, digits)),
  };

  const close = (a, b, digits) => is(a, b) || (typeof a === 'number' && Math.abs(a - b) < 10 ** -digits / 2);
  // Jest's toEqual: undefined properties and classes don't count; toStrictEqual: they do.
  const equal = (a, b, strict = false, seen = new Map()) => {
    if (b instanceof Matcher) return b.test(a);
    if (is(a, b)) return true;
    if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
    if (util.types.isProxy(a)) return false;
    if (seen.get(a) === b) return true;
    seen.set(a, b);
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    if (b instanceof Date || b instanceof RegExp || ArrayBuffer.isView(b) || b instanceof Number || b instanceof String || b instanceof Boolean) return isDeepStrictEqual(a, b);
    if (b instanceof Error) return a instanceof Error && a.message === b.message;
    if (b instanceof Set) return a instanceof Set && a.size === b.size && [...b].every(one => a.has(one) || [...a].some(other => equal(other, one, strict)));
    if (b instanceof Map) return a instanceof Map && a.size === b.size && [...b].every(([key, one]) => (a.has(key) ? equal(a.get(key), one, strict, seen) : [...a].some(([k, v]) => equal(k, key, strict) && equal(v, one, strict))));
    if (strict && getPrototypeOf(a) !== getPrototypeOf(b)) return false;
    if (Array.isArray(b) && a.length !== b.length) return false;
    const all = object => [...keysOf(object), ...Object.getOwnPropertySymbols(object)].filter(key => strict || object[key] !== undefined);
    const mine = all(a), theirs = all(b);
    return mine.length === theirs.length && theirs.every(key => hasOwn(a, key) && equal(a[key], b[key], strict, seen));
  };
  const contains = (a, b) => {
    if (b instanceof Matcher || b === null || typeof b !== 'object' || Array.isArray(b) !== Array.isArray(a)) return equal(a, b);
    if (Array.isArray(b)) return a.length === b.length && b.every((one, i) => contains(a[i], one));
    return a !== null && typeof a === 'object' && keysOf(b).every(key => key in a && contains(a[key], b[key]));
  };
  const thrown = (error, wanted) => {
    const message = error !== null && typeof error === 'object' && 'message' in error ? String(error.message) : String(error);
    if (wanted === undefined) return true;
    if (typeof wanted === 'string') return message.includes(wanted);
    if (wanted instanceof RegExp) return wanted.test(message);
    if (wanted instanceof Matcher) return wanted.test(error);
    if (typeof wanted === 'function') return error instanceof wanted;
    return wanted instanceof Error ? message === wanted.message : equal(error, wanted);
  };
  const at = (value, path) => {
    let now = value;
    for (const key of Array.isArray(path) ? path : String(path).replace(/\[(\w+)\]/g, '.$1').split('.')) {
      if (now === null || now === undefined || !(key in Object(now))) return [false];
      now = now[key];
    }
    return [true, now];
  };
  const calls = value => { if (!value || !value.mock) throw new Error('expected a mock function'); return value.mock.calls; };
  const returned = value => value.mock.results.filter(one => one.type === 'return').map(one => one.value);

  // Each takes the value and what was given, and says whether they match.
  const matchers = {
    toBe: (a, b) => is(a, b),
    toEqual: (a, b) => equal(a, b),
    toStrictEqual: (a, b) => equal(a, b, true),
    toMatchObject: (a, b) => contains(a, b),
    toBeNull: a => a === null,
    toBeUndefined: a => a === undefined,
    toBeDefined: a => a !== undefined,
    toBeTruthy: a => !!a,
    toBeFalsy: a => !a,
    toBeNaN: a => Number.isNaN(a),
    toBeTypeOf: (a, b) => typeof a === b,
    toBeInstanceOf: (a, b) => a instanceof b,
    toBeGreaterThan: (a, b) => a > b,
    toBeGreaterThanOrEqual: (a, b) => a >= b,
    toBeLessThan: (a, b) => a < b,
    toBeLessThanOrEqual: (a, b) => a <= b,
    toBeCloseTo: (a, b, digits = 2) => close(a, b, digits),
    toContain: (a, b) => (typeof a === 'string' ? a.includes(b) : [...a].some(one => is(one, b) || one === b)),
    toContainEqual: (a, b) => [...a].some(one => equal(one, b)),
    toHaveLength: (a, b) => a.length === b,
    toMatch: (a, b) => typeof a === 'string' && (b instanceof RegExp ? b.test(a) : a.includes(b)),
    toHaveProperty: (a, path, ...value) => { const [found, now] = at(a, path); return found && (!value.length || equal(now, value[0])); },
    toHaveBeenCalled: a => calls(a).length > 0,
    toHaveBeenCalledTimes: (a, n) => calls(a).length === n,
    toHaveBeenCalledWith: (a, ...b) => calls(a).some(one => equal(one, b)),
    toHaveBeenLastCalledWith: (a, ...b) => equal(calls(a).at(-1), b),
    toHaveBeenNthCalledWith: (a, n, ...b) => equal(calls(a)[n - 1], b),
    toHaveReturnedWith: (a, b) => returned(a).some(one => equal(one, b)),
    toHaveReturned: a => returned(a).length > 0,
    toThrow: (a, b) => {
      if (typeof a !== 'function') throw new Error('toThrow takes a function');
      try { a(); } catch (error) { return thrown(error, b); }
      return false;
    },
  };
  Object.assign(matchers, {toThrowError: matchers.toThrow, toBeCalled: matchers.toHaveBeenCalled, toBeCalledTimes: matchers.toHaveBeenCalledTimes, toBeCalledWith: matchers.toHaveBeenCalledWith});

  const fail = message => { throw new assert.AssertionError({message}); };
  const bound = (value, not) => {
    const made = {};
    for (const name of keysOf(matchers)) {
      made[name] = (...given) => {
        count++;
        if (matchers[name](value, ...given) === not) fail(`expected ${show(value)} ${not ? 'not ' : ''}${name} ${given.map(show).join(', ')}`);
      };
    }
    return made;
  };
  const later = (settle, not) => new Proxy({}, {get: (_, name) => (name === 'not' ? later(settle, !not) : async (...given) => bound(await settle(name), not)[name](...given))});
  const expect = value => {
    const rejects = async name => {
      let error;
      try { await (typeof value === 'function' ? value() : value); } catch (caught) { error = caught; return name.startsWith('toThrow') ? () => { throw error; } : error; }
      return fail(`expected ${show(value)} to reject`);
    };
    return Object.assign(bound(value, false), {not: bound(value, true), resolves: later(() => value, false), rejects: later(rejects, false)});
  };
  Object.assign(expect, rules, {
    not: {...Object.fromEntries(keysOf(rules).map(name => [name, (...given) => { const inner = rules[name](...given); return new Matcher(`not ${name}`, value => !inner.test(value)); }]))},
    assertions: n => { wanted = n; },
    hasAssertions: () => { some = true; },
    reset: () => { count = 0; wanted = null; some = false; },
    verify: () => { if ((wanted !== null && count !== wanted) || (some && !count)) fail(`expected ${wanted ?? 'some'} assertions, saw ${count}`); },
    extend: more => { for (const name of keysOf(more)) matchers[name] = (value, ...given) => !!more[name].call({equals: equal, isNot: false, utils: {printReceived: show, printExpected: show}}, value, ...given).pass; },
    fail: (message = 'failed') => fail(message),
  });

  // --- mock functions ---
  const spied = [];
  const fn = (body = undefined) => {
    const once = [];
    const mock = function (...given) {
      mock.mock.calls.push(given);
      mock.mock.instances.push(this);
      const now = once.length ? once.shift() : body;
      try {
        const value = now ? now.apply(this, given) : undefined;
        mock.mock.results.push({type: 'return', value});
        return value;
      } catch (error) {
        mock.mock.results.push({type: 'throw', value: error});
        throw error;
      }
    };
    const set = next => { body = next; return mock; };
    const clear = () => { mock.mock = {calls: [], results: [], instances: [], get lastCall() { return this.calls.at(-1); }}; return mock; };
    return Object.assign(clear.call(mock) && mock, {
      mockImplementation: set, mockReturnValue: value => set(() => value), mockReturnThis: () => set(function () { return this; }),
      mockResolvedValue: value => set(async () => value), mockRejectedValue: value => set(async () => { throw value; }),
      mockImplementationOnce: next => { once.push(next); return mock; }, mockReturnValueOnce: value => { once.push(() => value); return mock; },
      mockResolvedValueOnce: value => { once.push(async () => value); return mock; }, mockRejectedValueOnce: value => { once.push(async () => { throw value; }); return mock; },
      mockClear: clear, mockReset: () => { body = undefined; once.length = 0; return clear(); }, mockRestore: () => mock, mockName: () => mock, getMockName: () => 'mock',
    });
  };
  const spyOn = (owner, name) => {
    allow(owner, name);
    const was = Object.getOwnPropertyDescriptor(owner, name), original = owner[name];
    const mock = fn(function (...given) { return original.apply(this, given); });
    mock.mockRestore = () => { if (was) Object.defineProperty(owner, name, was); else delete owner[name]; return mock; };
    owner[name] = mock;
    spied.push(mock);
    return mock;
  };
  const all = what => () => { spied.forEach(mock => mock[what]()); };
  const jest = {fn, spyOn, isMockFunction: value => !!(value && value.mock), clearAllMocks: all('mockClear'), resetAllMocks: all('mockReset'), restoreAllMocks: all('mockRestore'), setTimeout() { return jest; }};
  return {expect, jest};
};
