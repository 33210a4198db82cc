'use strict';
// Runs translation.js, then the calls of tests.js, and tells what each does as `toolkit.languages.blind` says.
{
  const fs = require('fs');
  const { Script, compileFunction } = require('vm');
  const { reallyExit } = process;
  const { writeSync } = fs;
  const { from, concat, compare } = Buffer;
  const LARGEST = 32768, DEEPEST = 100, YIELDED = 1000;
  const mark = fs.readFileSync(0, 'utf8').split('\n')[0];
  const [text, tests, word] = ['translation.js', 'tests.js', 'word'].map((name) => fs.readFileSync(name, 'utf8'));
  let number = 0, left = 0;

  const put = (descriptor, bytes) => {
    for (let done = 0; done < bytes.length; ) {
      try {
        done += writeSync(descriptor, bytes, done);
      } catch (error) {
        if (error.code !== 'EAGAIN') reallyExit(1);
      }
    }
  };
  const end = (status, place, detail) => {
    put(1, from(`\n${mark} ${status}${detail === undefined ? '' : `\t${place}\t${detail}`}\n`));
    reallyExit(detail === undefined ? 0 : 1);
  };
  const shown = (error) => {
    try {
      const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
      return (name === 'Error' ? message : `${name}: ${message}`).slice(0, 1000);
    } catch {
      return 'an error that can not be shown';
    }
  };

  class NoText extends Error {}
  const spend = (size) => {
    left -= size;
    if (left < 0) throw new NoText('a value that is too long');
  };
  const scalar = (tag, value) => from(`${tag}${value};`);
  const numeric = (value) => {
    if (Number.isSafeInteger(value)) return scalar('i', value === 0 ? 0 : value);
    if (Number.isNaN(value)) return scalar('d', 'nan');
    if (!Number.isFinite(value)) return scalar('d', value > 0 ? 'inf' : '-inf');
    return scalar('d', value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2'));
  };
  const many = (tag, count, parts) => concat([from(`${tag}${count}:`), ...parts]);
  const told = (value, depth) => {
    spend(4);
    if (value === null || value === undefined) return from('n');
    if (typeof value === 'boolean') return from(value ? 't' : 'f');
    if (typeof value === 'number') return numeric(value);
    if (typeof value === 'bigint' && value.toString().length < 4000) return scalar('i', value);
    if (typeof value === 'string') {
      const bytes = from(value);
      spend(bytes.length);
      return many('s', bytes.length, [bytes]);
    }
    if (typeof value !== 'object') throw new NoText(`a value of type ${typeof value}`);
    return container(value, depth + 1);
  };
  const container = (value, depth) => {
    if (depth > DEEPEST) throw new NoText('a value nested too deep');
    const inner = (each) => told(each, depth);
    if (Array.isArray(value)) return many('l', value.length, Array.from(value, inner));
    if (value instanceof Set) return many('e', value.size, [...value].map(inner).sort(compare));
    const pairs = value instanceof Map ? [...value] : Object.entries(value);
    return many('m', pairs.length, pairs.map((pair) => concat(pair.map(inner))));
  };
  const canonical = (value) => {
    left = LARGEST;
    try {
      return told(value, 0);
    } catch (error) {
      if (!(error instanceof NoText)) throw error;
      return many('x', error.message.length, [from(error.message)]);
    }
  };
  const drained = (iterator) => {
    const values = [];
    for (const each of iterator) if (values.push(each) === YIELDED) break;
    return values;
  };
  const iterates = (value) => typeof value?.next === 'function' && typeof value[Symbol.iterator] === 'function';

  const tell = (call) => {
    let outcome = 'returns', bytes;
    try {
      let value = call();
      if (iterates(value)) [outcome, value] = ['yields', drained(value)];
      bytes = canonical(value);
    } catch (error) {
      [outcome, bytes] = ['raises', from(shown(error))];
    }
    number += 1;
    put(2, concat([from(`\n${mark} ${number} ${outcome} ${bytes.length}\n`), bytes, from('\n')]));
  };

  put(2, from('ready\n'));
  let program;
  try {
    program = new Script(text, { filename: 'translation.js' });
  } catch (error) {
    end('compile error', 0, shown(error));
  }
  Object.assign(globalThis, { require, module: { exports: {} }, exports: {} });
  try {
    program.runInThisContext();
  } catch (error) {
    end('runtime error', 0, shown(error));
  }
  compileFunction(tests, [word], { filename: 'tests.js' })(tell);
  end(`done ${number}`);
}
