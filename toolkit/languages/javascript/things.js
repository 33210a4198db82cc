'use strict';
// Which things programs share in one process, and which of these a program leads to that asks for nothing unusual.
const { ownKeys, getPrototypeOf, isExtensible } = Reflect;
const { getOwnPropertyDescriptor } = Object;
const { isArray } = Array;
const Module = require('module');
const { types } = require('util');
const MODULES = [
  'assert', 'assert/strict', 'async_hooks', 'buffer', 'child_process', 'console', 'constants', 'crypto', 'events', 'fs',
  'fs/promises', 'inspector', 'module', 'os', 'path', 'path/posix', 'perf_hooks', 'process', 'querystring', 'readline',
  'readline/promises', 'stream', 'stream/promises', 'string_decoder', 'timers', 'timers/promises', 'tty', 'url', 'util',
  'util/types', 'v8', 'vm', 'worker_threads',
];
const PLAIN = new Set(['length', 'name', 'prototype', 'arguments', 'caller']); // of every function

const isThing = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Own values that are objects or functions; getters are not called. */
function valuesOf(thing) {
  return ownKeys(thing).map((key) => getOwnPropertyDescriptor(thing, key).value).filter(isThing);
}

/** Those that no global name leads to. */
function hidden() {
  const stream = typeof ReadableStream === 'function' ? [new ReadableStream().values()] : [];
  const iterators = [[].values(), new Map().values(), new Set().values(), ''[Symbol.iterator](), 'a'.matchAll(/a/g)];
  const functions = [function* () {}, async () => {}, async function* () {}];
  const timers = [setTimeout(() => {}), setImmediate(() => {})];
  clearTimeout(timers[0]);
  clearImmediate(timers[1]);
  const instances = [new TextDecoder(), new URLSearchParams().values(), new Intl.Segmenter().segment('')];
  const generators = [functions[0].prototype, functions[2].prototype];
  const made = [...stream, ...iterators, ...instances, ...functions, ...generators, new Int8Array(), ...timers];
  const prototypes = made.map(getPrototypeOf);
  return [...prototypes, ...prototypes.map(getPrototypeOf), getPrototypeOf(getPrototypeOf(functions[2].prototype))];
}

/** Whether a function is more than one to call: made with `new`, or with values of its own. */
function isMore(called) {
  if (ownKeys(called).some((key) => !PLAIN.has(key))) return true;
  const { prototype } = called;
  return isThing(prototype) && (ownKeys(prototype).length > 1 || getPrototypeOf(prototype) !== Object.prototype);
}

for (const name of MODULES) require(name);
for (const key of ownKeys(globalThis)) void globalThis[key]; // made when asked for

/** All that can be watched; `more`: what no name leads to. */
function everyThing(more) {
  // The first to be put back is what the descriptors of all others inherit from.
  const things = new Set([Object.prototype, globalThis, getPrototypeOf(globalThis)]);
  const add = (value) => {
    things.add(value);
    if (typeof value === 'function' && isThing(value.prototype)) things.add(value.prototype);
  };
  valuesOf(globalThis).forEach(add);
  for (const key of ownKeys(globalThis)) if (isThing(globalThis[key])) add(globalThis[key]);
  for (const space of [Intl, WebAssembly]) valuesOf(space).forEach(add);
  const { styles, colors } = require('util').inspect;
  for (const table of [process.execArgv, process.features, styles, colors]) add(table);
  for (const exported of MODULES.map((name) => require(name))) {
    add(exported);
    for (const value of valuesOf(exported)) {
      if (typeof value === 'function' ? isMore(value) : !isArray(value)) add(value);
    }
  }
  for (const thing of [...hidden(), ...more]) if (isThing(thing)) add(thing);
  for (const first of [process, getPrototypeOf(process.stdout), getPrototypeOf(process.stderr)]) {
    for (let thing = first; thing; thing = getPrototypeOf(thing)) add(thing);
  }
  const { constants } = require('os');
  for (const table of [constants, ...valuesOf(constants)]) add(table);
  const changing = [process.env, process.argv, Module._cache, Module._pathCache, Module._extensions['.node']];
  for (const each of changing) things.delete(each);
  things.add(Module._extensions);
  return [...things].filter(isExtensible);
}

/** Getters and setters of a prototype are for what inherits from it, and keep their values there. */
const isPrototype = (thing) => typeof thing.constructor === 'function' && thing.constructor.prototype === thing;

// Who looks like asking for nothing else can change only what these lead to, or does so by names put together.
const USUAL = new Set(['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'BigInt', 'Symbol', 'Math', 'JSON',
  'Map', 'Set', 'WeakMap', 'WeakSet', 'Date', 'RegExp', 'Promise', 'Reflect', 'Error', 'RangeError', 'TypeError',
  'SyntaxError', 'ReferenceError', 'EvalError', 'URIError', 'AggregateError', 'parseInt', 'parseFloat', 'isNaN',
  'isFinite', 'console', 'process', 'Buffer', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval',
  'setImmediate', 'clearImmediate', 'queueMicrotask']);
const USUAL_MODULES = ['assert', 'assert/strict'];
const unusual = ownKeys(globalThis).filter((key) => isThing(globalThis[key]) && !USUAL.has(key));

/** What properties, prototypes and getters lead to, without the unusual global names. */
function reached(roots) {
  const found = new Set();
  const visit = (thing) => {
    if (!isThing(thing) || found.has(thing)) return;
    found.add(thing);
    if (types.isPromise(thing)) thing.catch(() => {});
    visits.push(getPrototypeOf(thing));
    if (ArrayBuffer.isView(thing)) return;
    for (const key of ownKeys(thing)) if (key !== 'length' && key !== 'name') follow(thing, key);
  };
  const follow = (thing, key) => {
    if (thing === globalThis && unusual.includes(key)) return;
    const { value, get, set } = getOwnPropertyDescriptor(thing, key);
    visits.push(value, get, set);
    if (get && key !== 'stdin' && !isPrototype(thing)) visits.push(thing[key]);
  };
  const visits = [...roots];
  while (visits.length) visit(visits.pop());
  return found;
}

/** Things that a program may change that asks for nothing unusual. */
function nearOnes() {
  const modules = [...USUAL_MODULES, 'inspector'].map((name) => require(name)); // the harness changes the last
  const { noDeprecation } = process;
  process.noDeprecation = true;
  const found = reached([globalThis, module, require, ...modules, ...hidden()]);
  process.noDeprecation = noDeprecation;
  return found;
}

module.exports = { MODULES, PLAIN, USUAL_MODULES, unusual, valuesOf, isPrototype, everyThing, nearOnes };
