'use strict';
// Runs program after program in this very process, each as `node main.js` would.
//
// A program is shown the language itself, a console, timers and `assert` (world.js): all that these keep lies in
// properties, which are put back behind it (state.js). Whoever reaches for anything else of Node, by whatever name,
// ends this process and is run cold; whose text says so is run cold at once.
const { Buffer } = require('buffer');
const { readFileSync, readSync, readdirSync } = require('fs');
const process = require('process'); // as a name of its own: the global one is for nobody here
const { inspect } = require('util');
const { Script, compileFunction } = require('vm');
const { apply } = Reflect;
const { reallyExit, resourceUsage, version } = process;
const resources = process.getActiveResourcesInfo;
const later = setImmediate;
const { put, leave, isBroken, newModule, NAMES } = require('./world.js');
const FOLDER = '/box/work', MAIN = 'main.js', PROGRAM = 'program.js';
const REQUESTS = 7, ANSWERS = 8, INPUT = 9;
const HARNESS = readFileSync('/server/proof.js', 'utf8');
const ASSERT = '\\s*\\(\\s*([\'"`])(?:node:)?assert(?:/strict)?\\1\\s*\\)';
const COLD = new RegExp([
  `\\brequire\\b(?!${ASSERT}|\\s*\\.\\s*main\\b)`,
  '(?<!require\\s*\\.\\s*main\\s*===?\\s*)\\bmodule\\b(?!\\s*(?:\\.\\s*exports\\b|===?\\s*require\\b))',
  `\\b(?:${NAMES})\\s*(?:\\?\\.|[.([])`,
  '\\b(?:import|export|unref|\\w*[sS]tackTrace\\w*)\\b|\\.\\s*stack\\b',
].join('|'));

const room = Buffer.allocUnsafeSlow(65536);

/** What waits, at once; good until the next call. */
function take(descriptor) {
  try {
    return room.subarray(0, readSync(descriptor, room));
  } catch (error) {
    return error.code === 'EAGAIN' ? room.subarray(0, 0) : leave();
  }
}

let programs = 0;

/** A file under another name for each program: Node keeps what a check said by the name and place of it. */
function renamed(name) {
  const parts = (programs++).toString(2).padStart(20, '0').replace(/0/g, '/').replace(/1/g, '/.');
  return `${FOLDER}${parts}/${name}`;
}

/** The program as a function; undefined where it has to be run cold. */
function read(proven) {
  const name = proven ? PROGRAM : MAIN;
  if (readdirSync('.').length !== (proven ? 2 : 1)) return undefined;
  const text = readFileSync(name, 'utf8').replace(/^#!/, '//');
  if (COLD.test(text) || text.startsWith('\uFEFF')) return undefined;
  const module = newModule(`${FOLDER}/${name}`, FOLDER);
  const names = ['exports', 'require', 'module', '__filename', '__dirname'];
  try {
    if (proven) new Script(text); // a return in the middle is for modules alone
    const run = compileFunction(text, names, { filename: renamed(name) });
    return () => apply(run, module.exports, [module.exports, module.require, module, module.filename, FOLDER]);
  } catch {
    return undefined;
  }
}

let restore; // of state.js
let word = '', nonce = '', begun, code, running = false;
let idle = 0; // what is counted as at work when nothing is

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
  const input = take(INPUT).toString().trim(); // no program asks for it here
  nonce = proven ? input : '';
  const run = read(proven);
  /(?:)/.exec(''); // a program sees the last match
  if (!run) return void later(refuse);
  running = true;
  code = 0;
  try {
    run();
  } catch (error) {
    fail(error);
  }
}

/** What can not be run here is left to a cold start. */
function refuse() {
  put(ANSWERS, `${word} cold\n`);
  next();
}

/** A failure of the program's own text; what fails later ends this process, as it would end any. */
function fail(error) {
  put(2, `${error instanceof Error ? inspect(error) : `Uncaught:\n${inspect(error)}`}\n\nNode.js ${version}\n`);
  running = false;
  code = 1;
  later(end);
}

function end() {
  running = false;
  if (isBroken() || apply(resources, process, []).length > idle) leave(); // a failure may leave timers behind
  if (!restore()) leave(); // nothing of the program's is touched behind
  if (nonce && code === 0) put(1, `\n${nonce} done\n`);
  put(ANSWERS, `${word} ${code} ${microseconds() - begun} ${apply(resourceUsage, process, []).maxRSS}\n`);
  next();
}

function prepare() {
  ({ restore } = require('./state.js'));
  idle = apply(resources, process, []).length;
  process.chdir(FOLDER);
  put(ANSWERS, 'ready\n');
  next();
}

// Nothing is left to be done.
process.on('beforeExit', () => {
  if (!restore) later(prepare);
  else if (running) later(end);
});
