'use strict';
// Runs program after program in this very process, each as `node main.js` would.
//
// A program may keep its event loop busy as long as it likes; its end is where Node itself would end. Whoever
// exits by itself ends this process, and is run cold; so is who leaves something behind that can not be put back.
const fs = require('fs');
const Module = require('module');
const { inspect, types: { isMap } } = require('util');
const { compileFunction } = require('vm');
const { readFileSync, readSync, readdirSync, writeSync, writeFileSync, openSync, closeSync, unlinkSync } = fs;
const { statSync, fstatSync } = fs;
const { ownKeys, apply, deleteProperty, getPrototypeOf } = Reflect;
const { stdout, stderr } = process; // made now: a program must not be who makes them
const { reallyExit, resourceUsage, chdir, umask } = process;
const { emit, rawListeners, eventNames, removeListener, listenerCount } = process;
const resources = process.getActiveResourcesInfo;
const later = setImmediate;
const { watchAll, hasEscaped } = require('./keepers.js');
const { getOwnPropertyDescriptor } = Object;
const { clear } = Map.prototype;
const MAIN = '/box/work/main.js';
const REQUESTS = 7, ANSWERS = 8, INPUT = 9;
// Names of what outlives a program where nothing can put it back, or works once in a process.
const WORDS = 'stdin|async_hooks|AsyncLocalStorage|globalPaths|beforeExit|package\\.json|node_modules';
const SAYINGS = '[\'"`]exit[\'"`]|\\b(?:ref|pipeline|process\\.report|std(?:out|err)\\s*\\.\\s*(?:end|destroy))\\b';
const COLD = new RegExp(`\\b(?:import|export|${WORDS})\\b|${SAYINGS}`);
// Node keeps what a check said that names no reason, by its place: these may look at it.
const CAUGHT = /\b(?:catch|throws|rejects|then)\b/;
const SHOWN = /\bassert\s*\(|\bok\b|\b(?!assert\b)[\w$]+\s*=\s*require\(\s*['"`](?:node:)?assert/;
const FILES = /^(?:package\.json|node_modules|.*\.mjs)$/;

// Under proof every program's main.js is this: compiled once, and told its line without a file.
const HARNESS = readFileSync('/server/proof.js', 'utf8');
const prove = compileFunction(HARNESS, ['require', 'module', 'line'], { filename: MAIN });
// What the harness asks for is nothing that its program has asked for.
const needed = { fs, module: Module, inspector: require('inspector'), vm: require('vm') };
const give = Object.assign((name) => needed[name], { cache: require.cache });

let idle = 0; // what is counted as at work when nothing is: the streams
const isBusy = () => apply(resources, process, []).length > idle;
const leave = () => reallyExit(1);

/** All of it, also where the other side reads slowly. */
function put(descriptor, text) {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if (error.code !== 'EAGAIN') leave();
    }
  }
}

const room = Buffer.allocUnsafeSlow(65536);

/** What waits, at once; good until the next call. */
function take(descriptor) {
  try {
    return room.subarray(0, readSync(descriptor, room));
  } catch (error) {
    return error.code === 'EAGAIN' ? room.subarray(0, 0) : leave();
  }
}

let holds = false; // whether descriptor 0 is more than an empty one

function giveInput(input) {
  if (!holds && !input.length) return;
  const path = input.length ? '/box/tmp/input' : '/dev/null';
  if (input.length) writeFileSync(path, input);
  closeSync(0);
  if (openSync(path) !== 0) leave();
  if (input.length) unlinkSync(path);
  holds = input.length > 0;
}

/** Whether Node may take it for an ES module, which outlives its program. */
function isModule(text) {
  if (!/\bawait\b/.test(text)) return false; // what else is only for those is cold by its words
  try {
    compileFunction(text);
    return false;
  } catch {
    return true;
  }
}

/** Whether the program is one that can be run here. */
function suits(proven) {
  for (const name of readdirSync('.')) {
    if (FILES.test(name)) return false;
    if (proven && name === 'main.js') continue;
    if (!name.endsWith('.js')) continue;
    const text = readFileSync(name, 'latin1');
    if (COLD.test(text) || isModule(text) || (SHOWN.test(text) && CAUGHT.test(text))) return false;
    read(text);
  }
  return true;
}

// Listeners, descriptors, threads and children of the process itself.
const streams = [stdout, stderr].map((stream) => {
  return { stream, keys: new Set(ownKeys(stream)), state: stream._writableState, most: stream._maxListeners };
});
const written = streams.flatMap(({ stream, state }) => [stream, state]).map((thing) => [thing, getPrototypeOf(thing)]);
const variables = Object.entries(process.env);
const maps = ownKeys(console).map((key) => console[key]).filter((value) => isMap(value));
const inodes = () => `${fstatSync(1).ino} ${fstatSync(2).ino}`;
const files = () => statSync('/proc/self/fd').size || readdirSync('/proc/self/fd').length; // no size before Linux 6.2
const threads = () => statSync('/proc/self/task').nlink;
const CHILDREN = `/proc/self/task/${process.pid}/children`;
const own = new Map();
let before;

function noteListeners() {
  for (const emitter of [process, stdout, stderr]) {
    own.set(emitter, new Map(emitter.eventNames().map((name) => [name, emitter.rawListeners(name)])));
  }
}

/** Takes away what was added; false where something is missing. */
function restoreListeners() {
  for (const [emitter, events] of own) {
    for (const name of apply(eventNames, emitter, [])) {
      for (const listener of apply(rawListeners, emitter, [name])) {
        if (events.get(name)?.includes(listener)) continue;
        apply(removeListener, emitter, [name, listener.listener ?? listener]);
      }
    }
    for (const [name, listeners] of events) {
      if (apply(listenerCount, emitter, [name]) !== listeners.length) return false;
    }
  }
  return true;
}

/** Whether the program itself listens to its end: what it begins there, Node runs never, or first. */
function listens(name) {
  const known = (own.get(process).get(name)?.length ?? 0) + (name === 'exit' && over ? 1 : 0);
  return apply(listenerCount, process, [name]) > known;
}

function hasChildren() {
  const file = openSync(CHILDREN);
  const found = readSync(file, room);
  closeSync(file);
  return found > 0;
}

function restoreVariables() {
  const names = Object.keys(process.env);
  if (names.length === variables.length && variables.every(([name, value]) => process.env[name] === value)) return;
  for (const name of names) delete process.env[name];
  for (const [name, value] of variables) process.env[name] = value;
}

/** Only values, nothing that runs when it is read. */
function holdsValues(thing, prototype) {
  if (getPrototypeOf(thing) !== prototype) return false;
  return ownKeys(thing).every((key) => 'value' in getOwnPropertyDescriptor(thing, key));
}

function restoreProcess() {
  if (hasEscaped()) return false;
  for (const [thing, prototype] of written) if (!holdsValues(thing, prototype)) return false;
  for (const { stream, keys, state, most } of streams) {
    if (stream._writableState !== state || state.defaultEncoding !== 'utf8') return false;
    if (stream.destroyed || stream.writableEnded || stream.writableLength || stream.writableCorked) return false;
    for (const key of ownKeys(stream)) {
      if (!keys.has(key) && (typeof key === 'string' || typeof stream[key] === 'function')) deleteProperty(stream, key);
    }
    stream._maxListeners = most;
  }
  restoreVariables();
  for (const map of maps) apply(clear, map, []);
  for (const table of [Module._cache, Module._pathCache]) for (const key of ownKeys(table)) deleteProperty(table, key);
  process.exitCode = undefined;
  process._exiting = false;
  process.mainModule = undefined;
  apply(chdir, process, ['/box/work']);
  apply(umask, process, [0o022]);
  if (inodes() !== before.inodes || files() > before.files) return false;
  return !hasAsked() || (threads() <= before.threads && !hasChildren()); // without a module none can be made
}

let read, restore, hasAsked; // of state.js
let word = '', begun, running = false;
let over; // tells the harness that the end was the end

function microseconds() {
  const { userCPUTime, systemCPUTime } = apply(resourceUsage, process, []);
  return userCPUTime + systemCPUTime;
}

function next() {
  const request = take(REQUESTS).toString();
  if (!request) reallyExit(0);
  word = request.trim();
  begun = microseconds();
  const proven = readFileSync(MAIN, 'utf8') === HARNESS;
  if (!suits(proven)) return void later(refuse);
  const input = take(INPUT);
  giveInput(proven ? '' : input);
  process.argv = [process.execPath, MAIN];
  running = true;
  try {
    over = undefined;
    if (proven) over = prove(give, { path: '/box/work', filename: MAIN }, input);
    else Module._load(MAIN, null, true);
  } catch (error) {
    fail(error);
  }
}

/** What can not be run here is left to a cold start. */
function refuse() {
  writeSync(ANSWERS, `${word} cold\n`);
  next();
}

/** A failure of the program's own text; what fails later ends this process, as it would end any. */
function fail(error) {
  const handled = process.hasUncaughtExceptionCaptureCallback() || apply(listenerCount, process, ['uncaughtException']);
  if (handled || isBusy()) leave();
  put(2, `${error instanceof Error ? inspect(error) : `Uncaught:\n${inspect(error)}`}\n\nNode.js ${process.version}\n`);
  running = false;
  later(end, 1);
}

/** Nothing is left to be done: is there still nothing behind the program's own listeners? */
function settle() {
  later(() => {
    if (!before) prepare();
    else if (running && !isBusy()) end(process.exitCode ?? 0);
  });
  if (before && listens('beforeExit')) leave();
}

function end(code) {
  if (listens('exit')) leave();
  process._exiting = true;
  process.exitCode = code;
  apply(emit, process, ['exit', code]);
  over?.();
  const found = process.exitCode ?? code;
  running = false;
  if (!restoreProcess() || !restoreListeners() || !restore()) leave(); // nothing of the program's is touched behind
  writeSync(ANSWERS, `${word} ${found} ${microseconds() - begun} ${apply(resourceUsage, process, []).maxRSS}\n`);
  next();
}

function prepare() {
  watchAll();
  ({ read, restore, hasAsked } = require('./state.js'));
  idle = apply(resources, process, []).length;
  before = { inodes: inodes(), files: files(), threads: threads() };
  noteListeners();
  hasChildren();
  hasEscaped(); // what Node called to make what is made when asked for
  put(ANSWERS, 'ready\n');
  next();
}

process.on('beforeExit', settle);
// Threads and descriptors that come with the first use.
fs.promises.open('/dev/null').then(async (handle) => {
  module.exports = [getPrototypeOf(handle)]; // for state.js: no name leads to it
  await handle.close();
  setTimeout(() => {}, 1);
});
