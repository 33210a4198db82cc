'use strict';
// What programs in one process are shown: the language itself, a console, timers and `assert`.
//
// All else of Node ends the process as soon as it is touched. Nothing here leads to Node's own streams, timers,
// modules or to `process`.
const assert = require('assert');
const { writeSync } = require('fs');
const { inspect } = require('util');
const { apply, ownKeys, defineProperty } = Reflect;
const { freeze, getOwnPropertyDescriptor } = Object;
const { reallyExit } = process;
const bytesOf = Buffer.from;
const start = { setTimeout, setInterval }, stop = clearTimeout;

const leave = () => reallyExit(1);

/** All of it, also where the other side reads slowly. */
function put(descriptor, text) {
  const bytes = bytesOf(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if (error.code !== 'EAGAIN') leave();
    }
  }
}

const includes = Function.prototype.call.bind(String.prototype.includes);

/** What a console writes to. Where a failure came from is not told: it came by way of the server. */
function stream(descriptor) {
  const write = (text) => {
    if (typeof text !== 'string' || includes(text, '\n    at ')) leave();
    put(descriptor, text);
    return true;
  };
  const nothing = () => {};
  return freeze({ write, listenerCount: () => 1, once: nothing, removeListener: nothing });
}

for (const [name, descriptor] of [['_stdout', 1], ['_stderr', 2]]) {
  defineProperty(console, name, { value: stream(descriptor), writable: false, enumerable: false, configurable: false });
}

let broken = false; // whether Node was stopped amidst its timers, as where the stack ends
const isBroken = () => broken;

function whole(act) {
  try {
    return act();
  } catch {
    broken = true;
    leave();
  }
}

// Behind each of a program's timers is one of Node's. Whoever looks into a timer looks into Node.
const timers = new WeakMap();
const timerOf = Function.prototype.call.bind(WeakMap.prototype.get, timers);
const keep = Function.prototype.call.bind(WeakMap.prototype.set, timers);
const METHODS = freeze({
  __proto__: null,
  ref() { return this; },
  hasRef: () => true,
  refresh() { return whole(() => timerOf(this)?.refresh()), this; },
  close() { return whole(() => stop(timerOf(this))), this; },
});
const TIMER = { __proto__: null, get: (timer, key) => METHODS[key] ?? leave() };
for (const trap of ownKeys(Reflect)) if (typeof trap === 'string' && trap !== 'get') TIMER[trap] = leave;
const shownAs = { __proto__: null, [inspect.custom]: leave };

function starter(name) {
  return {
    [name](callback, after, ...words) {
      if (typeof callback !== 'function') return start[name](callback);
      const timer = new Proxy(shownAs, TIMER);
      whole(() => keep(timer, start[name](() => apply(callback, timer, words), after)));
      return timer;
    },
  }[name];
}

// Warns once in a process.
defineProperty(assert, 'CallTracker', { get: leave, set: leave, enumerable: true, configurable: false });

const isThing = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

const SHOWN = {
  setTimeout: starter('setTimeout'),
  setInterval: starter('setInterval'),
  clearTimeout(timer) { if (isThing(timer)) whole(() => stop(timerOf(timer))); },
  clearInterval(timer) { if (isThing(timer)) whole(() => stop(timerOf(timer))); },
};
for (const [name, value] of Object.entries(SHOWN)) globalThis[name] = value;

const LANGUAGE = 'globalThis global undefined NaN Infinity Object Function Array String Number Boolean BigInt Symbol Math'
  + ' JSON Map Set WeakMap WeakSet WeakRef Date RegExp Promise Proxy Reflect Intl Iterator Error RangeError TypeError'
  + ' SyntaxError ReferenceError EvalError URIError AggregateError SuppressedError DisposableStack AsyncDisposableStack'
  + ' ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array'
  + ' Float16Array Float32Array Float64Array BigInt64Array BigUint64Array parseInt parseFloat isNaN isFinite eval'
  + ' decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape console queueMicrotask';
const known = new Set([...LANGUAGE.split(' '), ...Object.keys(SHOWN)]);
const foreign = ownKeys(globalThis).filter((key) => typeof key === 'string' && !known.has(key));

/** From now on. Node looks for some of them itself when it loads its first module from a file. */
function close() {
  for (const key of foreign) {
    const { enumerable } = getOwnPropertyDescriptor(globalThis, key);
    defineProperty(globalThis, key, { get: leave, set: leave, enumerable, configurable: false });
  }
}

const ASSERTS = { __proto__: null, assert, 'node:assert': assert };
Object.assign(ASSERTS, { 'assert/strict': assert.strict, 'node:assert/strict': assert.strict });

/** What a program finds as its `module`; its `require` knows `assert` alone. */
function newModule(filename, path) {
  const require = (name) => (typeof name === 'string' ? ASSERTS[name] ?? leave() : leave());
  const module = { id: '.', path, exports: {}, filename, loaded: false, children: [], paths: [], require };
  require.main = module;
  return module;
}

// How a console shows values, in colours and without.
const options = ownKeys(console).find((key) => key.description === 'kGetInspectOptions');
const shown = [{}, { isTTY: true, getColorDepth: () => 8 }].map((each) => console[options](each));

/** What leads to all that programs share. */
const ROOTS = [globalThis, assert, inspect, METHODS, ...shown];

module.exports = { put, leave, isBroken, close, newModule, isThing, NAMES: foreign.join('|'), ROOTS };
