'use strict';
// Who keeps something in this process where nothing shows it: a program that calls one ends its server.
const perf = require('perf_hooks'), workers = require('worker_threads');
const { apply, construct, getPrototypeOf } = Reflect;

let escaped = false; // whether the program may have left something that runs behind its end

function watch(thing, name) {
  thing[name] = new Proxy(thing[name], {
    apply(...call) {
      escaped = true;
      return apply(...call);
    },
    construct(...call) {
      escaped = true;
      return construct(...call);
    },
  });
}

// What else keeps something in this process where nothing shows it.
const KEEPERS = {
  async_hooks: ['createHook'],
  crypto: ['setEngine', 'setFips'],
  events: ['setMaxListeners'],
  fs: ['unwatchFile', 'watchFile'],
  module: ['_initPaths', 'enableCompileCache', 'register', 'registerHooks', 'setSourceMapsSupport'],
  os: ['setPriority'],
  perf_hooks: ['monitorEventLoopDelay'],
  process: ['binding', '_linkedBinding', 'getBuiltinModule', 'setSourceMapsEnabled',
    'setUncaughtExceptionCaptureCallback'],
  stream: ['setDefaultHighWaterMark'],
  util: ['setTraceSigInt'],
  v8: ['setFlagsFromString', 'setHeapSnapshotNearHeapLimit'],
  worker_threads: ['setEnvironmentData'],
};

function watchAll() {
  const timers = [setTimeout(() => {}), setImmediate(() => {})];
  for (const timer of timers) watch(getPrototypeOf(timer), 'unref');
  clearTimeout(timers[0]);
  clearImmediate(timers[1]);
  if (Atomics.waitAsync) watch(Atomics, 'waitAsync');
  const makers = { FinalizationRegistry: globalThis, PerformanceObserver: perf, BroadcastChannel: workers };
  for (const [name, module] of Object.entries(makers)) {
    watch(module, name);
    module[name].prototype.constructor = module[name];
    if (name in globalThis) globalThis[name] = module[name];
  }
  for (const [module, names] of Object.entries(KEEPERS)) {
    for (const name of names) if (require(module)[name]) watch(require(module), name);
  }
}

/** Since it was asked the last time. */
function hasEscaped() {
  const has = escaped;
  escaped = false;
  return has;
}

module.exports = { watchAll, hasEscaped };
