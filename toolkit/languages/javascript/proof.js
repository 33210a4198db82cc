'use strict';
// Runs program.js as a program of its own and tells of its end: where Node itself finds nothing left to do.
//
// The nonce is no text before the end, and what shows the variables of functions (inspector, bindings) is closed.
{
  const fs = require('fs');
  const Module = require('module');
  const inspector = require('inspector');
  const { Script } = require('vm');
  const { path: folder } = module;
  const { readSync, writeSync, closeSync, openSync } = fs;
  const { apply } = Reflect;
  const { reallyExit, on, nextTick, rawListeners } = process;
  const includes = Function.prototype.call.bind(Array.prototype.includes);
  const nonce = new Uint8Array(256);
  nonce[0] = 10;
  for (let end = 1, got = 1; got && !nonce.includes(10, 1); end += got) got = readSync(0, nonce, end, 200 - end, null);
  closeSync(0);
  openSync('/dev/null');
  let length = nonce.indexOf(10, 1);
  for (const letter of ' done\n') nonce[length++] = letter.charCodeAt();

  const refuse = () => {
    throw new Error('not in a program that is to be proven');
  };
  for (const name of ['connect', 'connectToMainThread']) inspector.Session.prototype[name] = refuse;
  inspector.open = process.binding = process._debugProcess = refuse;

  let left = false, told = false;
  const leaving = (how) => function (...words) {
    left = true;
    if (told) reallyExit(97); // the end was not the end
    return apply(how, process, words);
  };
  for (const name of ['exit', 'reallyExit', 'abort', 'kill', '_kill', 'execve']) {
    if (process[name]) process[name] = leaving(process[name]);
  }
  // A failure that is caught at the very outside is still one.
  const failed = () => { left = true; };
  process.on('uncaughtExceptionMonitor', failed);

  const end = (code) => {
    if (told) reallyExit(97);
    if (left || code || process.exitCode) return;
    if (!includes(apply(rawListeners, process, ['uncaughtExceptionMonitor']), failed)) return;
    told = true;
    writeSync(1, nonce, 0, length);
    apply(nextTick, process, [() => reallyExit(97)]); // nothing runs behind the end
  };
  const name = `${folder}/program.js`;
  delete require.cache[module.filename];
  process.argv[1] = name;
  const text = fs.readFileSync(name, 'utf8').replace(/^\uFEFF/, '');
  try {
    new Script(text);
  } catch {
    left = true; // a return in the middle is for modules alone; all else fails again below
  }
  if (left) {
    Module._load(name, null, true);
  } else { // the same, where nothing is to be searched
    const program = process.mainModule = require.cache[name] = new Module(name, null);
    Object.assign(program, { id: '.', filename: name, paths: Module._nodeModulePaths(folder) });
    program._compile(text, name);
    program.loaded = true;
  }
  apply(on, process, ['exit', end]);
}
