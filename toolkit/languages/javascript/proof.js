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
  const { reallyExit, on } = process;
  const nonce = new Uint8Array(256);
  nonce[0] = 10;
  let length = 1;
  while (readSync(0, nonce, length, 1, null) && nonce[length] !== 10) length++;
  for (const letter of ' done\n') nonce[length++] = letter.charCodeAt();
  closeSync(0);
  openSync('/dev/null');

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
  process.on('uncaughtExceptionMonitor', () => { left = true; });

  const end = (code) => {
    if (told) reallyExit(97);
    if (left || code || process.exitCode) return;
    told = true;
    writeSync(1, nonce, 0, length);
  };
  try {
    new Script(fs.readFileSync('program.js', 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    left = true; // a return in the middle is for modules alone; all else fails again below
  }
  delete require.cache[module.filename];
  process.argv[1] = `${folder}/program.js`;
  Module._load(`${folder}/program.js`, null, true);
  apply(on, process, ['exit', end]);
}
