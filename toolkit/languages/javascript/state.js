'use strict';
// What one program may change and the next would see: noted once, put back behind each program.
// All that this needs is taken before the first program can change it.
const { apply, ownKeys, getPrototypeOf, defineProperty, deleteProperty, isExtensible } = Reflect;
const { getOwnPropertyDescriptor } = Object; // faster than that of Reflect
const { isArray } = Array;
const Module = require('module');
const same = Object.is;
const has = Function.prototype.call.bind(Set.prototype.has);
const MODULES = [
  'assert', 'assert/strict', 'async_hooks', 'buffer', 'child_process', 'console', 'constants', 'crypto', 'events', 'fs',
  'fs/promises', 'inspector', 'module', 'os', 'path', 'path/posix', 'perf_hooks', 'process', 'querystring', 'readline',
  'readline/promises', 'stream', 'stream/promises', 'string_decoder', 'timers', 'timers/promises', 'tty', 'url', 'util',
  'util/types', 'v8', 'vm', 'worker_threads',
];
// Change by themselves, or are put back by the server.
const PASSING = new Map([[process, ['_exiting', 'mainModule', 'argv', '_events', '_eventsCount']]]);

const PLAIN = ['length', 'name', 'prototype', 'arguments', 'caller'];

// Set on one of its own kind, or put back by the server.
const FREE = new Set(['__proto__', 'exitCode', '_exiting']);

const isThing = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/** Own values that are objects or functions; getters are not called. */
function valuesOf(thing) {
  return ownKeys(thing).map((key) => getOwnPropertyDescriptor(thing, key).value).filter(isThing);
}

/** Those that no global name leads to. */
function hidden() {
  const iterators = [[].values(), new Map().values(), new Set().values(), ''[Symbol.iterator](), 'a'.matchAll(/a/g)];
  const functions = [function* () {}, async () => {}, async function* () {}];
  const timers = [setTimeout(() => {}), setImmediate(() => {})];
  clearTimeout(timers[0]);
  clearImmediate(timers[1]);
  const made = [...iterators, ...functions, functions[0].prototype, functions[2].prototype, new Int8Array(), ...timers];
  const prototypes = made.map(getPrototypeOf);
  return [...prototypes, ...prototypes.map(getPrototypeOf), getPrototypeOf(getPrototypeOf(functions[2].prototype))];
}

/** Whether a function is more than one to call: made with `new`, or with values of its own. */
function isMore(called) {
  if (ownKeys(called).some((key) => !PLAIN.includes(key))) return true;
  const { prototype } = called;
  return isThing(prototype) && (ownKeys(prototype).length > 1 || getPrototypeOf(prototype) !== Object.prototype);
}

function everyThing() {
  // The first to be put back is what the descriptors of all others inherit from.
  const things = new Set([Object.prototype, globalThis, getPrototypeOf(globalThis)]);
  const add = (value) => {
    things.add(value);
    if (typeof value === 'function' && isThing(value.prototype)) things.add(value.prototype);
  };
  valuesOf(globalThis).forEach(add);
  for (const exported of MODULES.map((name) => require(name))) {
    add(exported);
    for (const value of valuesOf(exported)) {
      if (typeof value === 'function' ? isMore(value) : !isArray(value)) add(value);
    }
  }
  for (const thing of hidden()) if (isThing(thing)) add(thing);
  for (let thing = process; thing; thing = getPrototypeOf(thing)) things.add(thing);
  const changing = [process.env, process.argv, Module._cache, Module._pathCache, Module._extensions['.node']];
  for (const each of changing) things.delete(each);
  things.add(Module._extensions);
  return [...things].filter(isExtensible);
}

let changed = false; // whether something was set that a function keeps where nothing shows it

/** A setter of a prototype is for what inherits from it, and keeps its value there. */
function watchSetters(thing) {
  const { constructor } = thing;
  if (typeof constructor === 'function' && constructor.prototype === thing) return;
  for (const key of ownKeys(thing)) {
    const found = getOwnPropertyDescriptor(thing, key);
    if (!found.set || !found.configurable || FREE.has(key)) continue;
    const { set } = found;
    found.set = function (value) {
      changed = true;
      return apply(set, this, [value]);
    };
    defineProperty(thing, key, found);
  }
}

function note(thing) {
  const passing = PASSING.get(thing) ?? [];
  const canChange = (key) => {
    const { configurable, writable } = getOwnPropertyDescriptor(thing, key);
    return configurable || writable;
  };
  const keys = ownKeys(thing).filter((key) => !passing.includes(key) && canChange(key));
  const descriptors = keys.map((key) => getOwnPropertyDescriptor(thing, key));
  const all = ownKeys(thing);
  return { thing, prototype: getPrototypeOf(thing), all, keys, descriptors, known: new Set([...all, ...passing]) };
}

function isSame(now, then) {
  return now !== undefined && same(now.value, then.value) && now.get === then.get && now.set === then.set &&
    now.writable === then.writable && now.enumerable === then.enumerable && now.configurable === then.configurable;
}

/** Whether there is nothing to put back: so it is for nearly all, so this is what has to be fast. */
function isWhole({ thing, prototype, all, keys, descriptors }) {
  if (getPrototypeOf(thing) !== prototype || !isExtensible(thing)) return false;
  const now = ownKeys(thing);
  if (now.length !== all.length) return false;
  for (let index = 0; index < all.length; index++) if (now[index] !== all[index]) return false;
  for (let index = 0; index < keys.length; index++) {
    if (!isSame(getOwnPropertyDescriptor(thing, keys[index]), descriptors[index])) return false;
  }
  return true;
}

/** False where it can not be put back. */
function putBack(note) {
  const { thing, prototype, keys, descriptors, known } = note;
  if (getPrototypeOf(thing) !== prototype || !isExtensible(thing)) return false;
  const now = ownKeys(thing);
  for (let index = 0; index < now.length; index++) {
    if (!has(known, now[index]) && !deleteProperty(thing, now[index])) return false;
  }
  for (let index = 0; index < keys.length; index++) {
    const then = descriptors[index];
    if (isSame(getOwnPropertyDescriptor(thing, keys[index]), then)) continue;
    if (!defineProperty(thing, keys[index], then)) return false;
  }
  note.all = ownKeys(thing); // put back is put behind the others
  return true;
}

for (const name of MODULES) require(name);
const BUILT_IN = new Set(Module.builtinModules.map((name) => `NativeModule ${name}`));
const loaded = new Set(process.moduleLoadList);
let looked = process.moduleLoadList.length;

/** Whether a module was loaded that is not watched. */
function hasNewModule() {
  const list = process.moduleLoadList;
  for (; looked < list.length; looked++) if (has(BUILT_IN, list[looked]) && !has(loaded, list[looked])) return true;
  return false;
}

// What can not be watched: accessors that no one can replace, so they can be asked.
const { EventEmitter } = require('events');
const { inspect } = require('util');
const { stringify } = JSON;
const { wrap } = Module;
const kept = () => stringify([EventEmitter.defaultMaxListeners, EventEmitter.captureRejections, inspect.defaultOptions,
  wrap('')]);
const keptAtFirst = kept();

const things = everyThing();
things.forEach(watchSetters);
const notes = things.map(note);

/** Puts everything back; false where that can not be done. */
module.exports = function restore() {
  if (changed || hasNewModule()) return false;
  for (let index = 0; index < notes.length; index++) if (!isWhole(notes[index]) && !putBack(notes[index])) return false;
  return Module.wrap === wrap && kept() === keptAtFirst;
};
