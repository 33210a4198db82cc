'use strict';
// What one program may change and the next would see: noted once, put back behind each program.
// All that this needs is taken before the first program can change it.
const { apply, ownKeys, getPrototypeOf, defineProperty, deleteProperty, isExtensible } = Reflect;
const { getOwnPropertyDescriptor, getOwnPropertySymbols, keys: namesOf } = Object; // faster than those of Reflect
const { __lookupGetter__: getterOf, __lookupSetter__: setterOf } = Object.prototype;
const Module = require('module');
const same = Object.is;
const has = Function.prototype.call.bind(Set.prototype.has);
const matches = Function.prototype.call.bind(RegExp.prototype.test);
const { MODULES, PLAIN, USUAL_MODULES, unusual, valuesOf, isPrototype, everyThing, nearOnes } = require('./things.js');

// Change by themselves, or are put back by the server.
const PASSING = new Map([[process, ['_exiting', 'mainModule', 'argv', '_events', '_eventsCount']]]);

// Set on one of its own kind, or put back by the server.
const FREE = new Set(['__proto__', 'exitCode', '_exiting']);

const BUILT_IN = new Set(Module.builtinModules.map((name) => `NativeModule ${name}`));
const loaded = new Set(process.moduleLoadList);
const list = process.moduleLoadList; // Node's own: programs are shown another
let looked = list.length;
defineProperty(process, 'moduleLoadList', { value: [...list], writable: false, enumerable: true, configurable: true });

let changed = false; // whether something was set that a function keeps where nothing shows it

function watchSetters(thing) {
  if (isPrototype(thing)) return;
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

// What alone makes a property one with a getter, hides a new one, or reaches another realm's that does.
const TOUCHING = [
  [Object, ['defineProperty', 'defineProperties']],
  [Reflect, ['defineProperty']],
  [Object.prototype, ['__defineGetter__', '__defineSetter__']],
  [Error, ['captureStackTrace']],
  [require('util'), ['inherits']],
  [require('vm'), ['createContext', 'runInNewContext']],
  [require('vm').Script.prototype, ['runInNewContext']],
];
let touched = false; // whether one of these was called: then every property is looked at as a whole

function watchTouching(thing, name) {
  const call = (...words) => {
    touched = true;
    return apply(...words);
  };
  thing[name] = new Proxy(thing[name], { apply: call });
}

/** What is fast to ask a thing: it is the same where nothing touching was called and nothing was changed. */
function glance(thing, keys, descriptors) {
  const above = getPrototypeOf(thing);
  const inherited = (index) => above && getOwnPropertyDescriptor(above, keys[index])?.value;
  const isPlain = ({ value }, index) =>
    value === value && value !== undefined && value !== 0 && value !== inherited(index);
  const plain = keys.filter((_, index) => isPlain(descriptors[index], index));
  const values = descriptors.filter(isPlain).map(({ value }) => value);
  const others = keys.filter((key) => !plain.includes(key));
  const known = others.map((key) => descriptors[keys.indexOf(key)]);
  const counts = [namesOf(thing).length, getOwnPropertySymbols(thing).length];
  return { plain, values, others, known, names: counts[0], symbols: counts[1] };
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
  const known = new Set([...all, ...passing]);
  const seen = glance(thing, keys, descriptors);
  return { thing, prototype: getPrototypeOf(thing), all, keys, descriptors, known, seen };
}

function isSame(now, then) {
  return now !== undefined && same(now.value, then.value) && now.get === then.get && now.set === then.set &&
    now.writable === then.writable && now.enumerable === then.enumerable && now.configurable === then.configurable;
}

/** Whether there is nothing to put back: so it is for nearly all, so this is what has to be fast. */
function looksWhole({ thing, prototype, seen }) {
  const { plain, values, others, known } = seen;
  if (getPrototypeOf(thing) !== prototype || !isExtensible(thing) || namesOf(thing).length !== seen.names) return false;
  if (asked && getOwnPropertySymbols(thing).length !== seen.symbols) return false;
  for (let index = 0; index < plain.length; index++) if (thing[plain[index]] !== values[index]) return false;
  for (let index = 0; index < others.length; index++) {
    const { get, set } = known[index];
    // Only a field of a class makes a value of one with a getter or setter where nothing touching is called.
    const name = [others[index]];
    if (get ? apply(getterOf, thing, name) !== get : set && apply(setterOf, thing, name) !== set) return false;
    if (!get && !set && !isSame(getOwnPropertyDescriptor(thing, others[index]), known[index])) return false;
  }
  return true;
}

/** The same of each property as a whole. */
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

/** Whether a module was loaded that is not watched. */
function hasNewModule() {
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

const NAMES = unusual.filter((key) => typeof key === 'string').join('|');
const ASKS = new RegExp(`Symbol|\\\\[ux]|\\b(?:${NAMES})\\b`);
let asked = false; // whether for more: then everything is looked at, symbols too
const HANGS = /\.\s*[\w$]+\s*(?:=(?!=|>)|\+\+|--|[-+*/%|&^?]+=)|\]\s*\./;
let hangs = false; // whether it sets properties of what may be a function of Node's

/** Modules that Node has loaded for its own use, and that are not watched, end the server. */
function watchLoads() {
  const spelled = (names) => new Set(names.flatMap((name) => [name, `node:${name}`]));
  const [builtIn, watched, usual] = [Module.builtinModules, MODULES, USUAL_MODULES].map(spelled);
  const call = (load, self, words) => {
    if (has(builtIn, words[0]) && !has(usual, words[0])) asked = true;
    if (has(builtIn, words[0]) && !has(watched, words[0])) changed = true;
    return apply(load, self, words);
  };
  Module._load = new Proxy(Module._load, { apply: call });
}

for (const [thing, names] of TOUCHING) for (const name of names) watchTouching(thing, name);
const near = nearOnes();
watchLoads();
const things = everyThing(module.parent.exports);
things.forEach(watchSetters);
const notes = things.map(note);
// Those that hold nothing of their own, which no note is of: a program may hang something there.
const functions = [...new Set(things.flatMap(valuesOf))].filter((value) => {
  return typeof value === 'function' && !things.includes(value) && isExtensible(value) && namesOf(value).length === 0;
});
const nearNotes = notes.filter(({ thing }) => near.has(thing));

const clearMarks = performance.clearMarks.bind(performance);
const clearMeasures = performance.clearMeasures.bind(performance);

/** What no property holds: the last match, and what was measured. */
function clearTraces() {
  /(?:)/.exec('');
  clearMarks();
  clearMeasures();
}

const EVERY = 32; // programs: then each property is looked at as a whole, whatever was called
let programs = 0;

function clearFunctions(thorough) {
  for (let index = 0; index < functions.length; index++) {
    const found = thorough ? ownKeys(functions[index]) : namesOf(functions[index]);
    for (let each = 0; each < found.length; each++) {
      if (!has(PLAIN, found[each]) && !deleteProperty(functions[index], found[each])) return false;
    }
  }
  return true;
}

/** Takes note of a program's text. */
function read(text) {
  if (matches(HANGS, text)) hangs = true;
  if (matches(ASKS, text)) asked = true;
  /(?:)/.exec(''); // a program sees the last match
}

/** Puts everything back; false where that can not be done. */
function restore() {
  if (changed || hasNewModule()) return false;
  const thorough = touched || ++programs % EVERY === 0;
  const isGood = thorough ? isWhole : looksWhole;
  const noted = thorough || asked ? notes : nearNotes;
  for (let index = 0; index < noted.length; index++) if (!isGood(noted[index]) && !putBack(noted[index])) return false;
  if ((thorough || asked || hangs) && !clearFunctions(thorough)) return false;
  touched = asked = hangs = false;
  clearTraces();
  return Module.wrap === wrap && kept() === keptAtFirst;
}

module.exports = { read, restore, hasAsked: () => asked };
