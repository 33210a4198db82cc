'use strict';
// What one program may change and the next would see: noted once, put back behind each program.
// All that this needs is taken before the first program can change it.
const { leave, close, isThing, ROOTS } = require('./world.js');
const { apply, ownKeys, getPrototypeOf, defineProperty, deleteProperty, isExtensible } = Reflect;
const { getOwnPropertyDescriptor, getOwnPropertySymbols, keys: namesOf } = Object;
const { __lookupGetter__: getterOf, __lookupSetter__: setterOf } = Object.prototype;
const { inspect, types: { isMap } } = require('util');
const same = Object.is;
const { stringify } = JSON;
const { clear } = Map.prototype;
const has = Function.prototype.call.bind(Set.prototype.has);
const PLAIN = new Set(['length', 'name', 'prototype', 'arguments', 'caller']); // of every function

/** Those of the language that no name leads to. */
function hidden() {
  const iterators = [[].values(), new Map().values(), new Set().values(), ''[Symbol.iterator](), 'a'.matchAll(/a/g)];
  const functions = [function* () {}, async () => {}, async function* () {}];
  const generators = [functions[0].prototype, functions[2].prototype];
  const others = [new Intl.Segmenter().segment(''), new Intl.Segmenter().segment('')[Symbol.iterator](), new Int8Array()];
  const made = [...iterators, ...functions, ...generators, ...others];
  if ([].values().map) made.push([].values().map(String), Iterator.from({ next() {} }));
  const shown = [];
  inspect({ [inspect.custom]: (...words) => shown.push(...words) });
  return [...made.map(getPrototypeOf), getPrototypeOf(getPrototypeOf(functions[2].prototype)), ...shown.filter(isThing),
    ...Object.values(shown[1])];
}

/** Getters and setters of a prototype are for what inherits from it, and keep their values there. */
const isPrototype = (thing) => typeof thing.constructor === 'function' && thing.constructor.prototype === thing;

/** All that properties, prototypes and getters lead to. */
function everyThing() {
  const found = new Set([Object.prototype]); // the first to be put back: all descriptors inherit from it
  const visits = [...ROOTS, ...hidden(), Object.prototype];
  const seen = new Set();
  const follow = (thing, key) => {
    const { value, get, set } = getOwnPropertyDescriptor(thing, key);
    if (get === leave) return;
    visits.push(value, get, set);
    if (get && !isPrototype(thing)) visits.push(thing[key]);
  };
  while (visits.length) {
    const thing = visits.pop();
    if (!isThing(thing) || seen.has(thing)) continue;
    seen.add(thing);
    found.add(thing);
    visits.push(getPrototypeOf(thing));
    for (const key of ownKeys(thing)) follow(thing, key);
  }
  return [...found];
}

/** Whether a function is more than one to call: made with `new`, or with values of its own. */
function isMore(called) {
  if (ownKeys(called).some((key) => !PLAIN.has(key))) return true;
  const { prototype } = called;
  return isThing(prototype) && (ownKeys(prototype).length > 1 || getPrototypeOf(prototype) !== Object.prototype);
}

/** Node's own expressions call `exec` by its name: only those of a program may have another. */
function keepExec() {
  const { exec } = RegExp.prototype;
  const own = { writable: true, enumerable: true, configurable: true };
  const set = function (value) {
    if (this === RegExp.prototype) leave();
    defineProperty(this, 'exec', { value, ...own });
  };
  defineProperty(RegExp.prototype, 'exec', { get: () => exec, set, enumerable: false, configurable: true });
}

// What alone gives a thing accessors, hidden properties or another prototype: then Node itself, and what puts things
// back, would call the program's code, so none of it is for what programs share.
const TOUCHING = [
  [Object, ['defineProperty', 'defineProperties', 'setPrototypeOf', 'freeze', 'seal', 'preventExtensions']],
  [Reflect, ['defineProperty', 'setPrototypeOf', 'preventExtensions']],
  [Error, ['captureStackTrace']],
];

function watchTouching(shared) {
  const onFirst = { apply: (called, self, words) => (has(shared, words[0]) ? leave() : apply(called, self, words)) };
  const onSelf = { apply: (called, self, words) => (has(shared, self) ? leave() : apply(called, self, words)) };
  for (const [thing, names] of TOUCHING) for (const name of names) thing[name] = new Proxy(thing[name], onFirst);
  for (const name of ['__defineGetter__', '__defineSetter__']) {
    Object.prototype[name] = new Proxy(Object.prototype[name], onSelf);
  }
  const found = getOwnPropertyDescriptor(Object.prototype, '__proto__');
  defineProperty(Object.prototype, '__proto__', { ...found, set: new Proxy(found.set, onSelf) });
}

/** Prototypes before what inherits from them. */
function height(thing) {
  let steps = 0;
  for (let each = thing; each; each = getPrototypeOf(each)) steps += 1;
  return steps;
}

/** What is fast to ask a thing that has no accessors but its first ones, below prototypes that are whole. */
function glance(thing, keys, descriptors) {
  const above = getPrototypeOf(thing);
  const inherited = (index) => above && getOwnPropertyDescriptor(above, keys[index])?.value;
  const isPlain = ({ value }, index) =>
    value === value && value !== undefined && value !== 0 && value !== inherited(index);
  const plain = keys.filter((_, index) => isPlain(descriptors[index], index));
  const values = descriptors.filter(isPlain).map(({ value }) => value);
  const others = keys.filter((key) => !plain.includes(key));
  const known = others.map((key) => descriptors[keys.indexOf(key)]);
  const counts = [namesOf, getOwnPropertySymbols].map((count) => count(thing).length);
  return { plain, values, others, known, counts };
}

function note(thing) {
  const all = ownKeys(thing);
  const canChange = ({ configurable, writable }) => configurable || writable;
  const keys = all.filter((key) => canChange(getOwnPropertyDescriptor(thing, key)));
  const descriptors = keys.map((key) => getOwnPropertyDescriptor(thing, key));
  const seen = glance(thing, keys, descriptors);
  return { thing, prototype: getPrototypeOf(thing), all, keys, descriptors, known: new Set(all), seen };
}

function isSame(now, then) {
  return now !== undefined && same(now.value, then.value) && now.get === then.get && now.set === then.set &&
    now.writable === then.writable && now.enumerable === then.enumerable && now.configurable === then.configurable;
}

/** Whether there is nothing to put back: so it is for nearly all, so this is what has to be fast. */
function looksWhole({ thing, prototype, seen }) {
  const { plain, values, others, known, counts } = seen;
  if (getPrototypeOf(thing) !== prototype || !isExtensible(thing)) return false;
  if (namesOf(thing).length !== counts[0] || getOwnPropertySymbols(thing).length !== counts[1]) return false;
  for (let index = 0; index < plain.length; index++) if (thing[plain[index]] !== values[index]) return false;
  for (let index = 0; index < others.length; index++) {
    const { get, set } = known[index];
    const name = [others[index]]; // a field of a class makes a value of one with a getter or setter
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

close();
const shared = new Set();
keepExec();
watchTouching(shared);
const things = everyThing();
const isSimple = (thing) => typeof thing === 'function' && !isMore(thing);
const inOrder = things.filter(isExtensible).sort((one, other) => height(one) - height(other));
const notes = inOrder.filter((thing) => !isSimple(thing)).map(note);
const called = inOrder.filter(isSimple).map(note); // functions that hold nothing, yet
for (const thing of things) shared.add(thing);
const maps = ownKeys(console).map((key) => console[key]).filter((value) => isMap(value));
const optionsAtFirst = stringify(inspect.defaultOptions); // no one can replace its setter, so it is asked

const EVERY = 32; // programs: then each property is looked at as a whole
let programs = 0;

/** Puts everything back; false where that can not be done. */
function restore() {
  const thorough = ++programs % EVERY === 0;
  const isGood = thorough ? isWhole : looksWhole;
  for (let index = 0; index < notes.length; index++) if (!isGood(notes[index]) && !putBack(notes[index])) return false;
  for (let index = 0; index < called.length; index++) {
    const isBare = !thorough && namesOf(called[index].thing).length === 0;
    if (!isBare && !isGood(called[index]) && !putBack(called[index])) return false;
  }
  for (let index = 0; index < maps.length; index++) apply(clear, maps[index], []);
  /(?:)/.exec(''); // a program sees the last match
  return stringify(inspect.defaultOptions) === optionsAtFirst;
}

module.exports = { restore, notes };
