// Takes the place of global names in the build (see `tsup.config.ts`).

// A realm of its own, such as the vm context in which a test runner loads this package, need not have these as globals.
export { Buffer } from 'node:buffer';
export { default as process } from 'node:process';
export { TextDecoder } from 'node:util';

/**
 * `queueMicrotask` for the libraries that the build carries: fake timers replace the global function, and a scorer whose host's test
 * installs them would stop for ever. A settled promise does the same and can't be replaced.
 */
export function queueMicrotask(callback: () => void): void {
  void Promise.resolve().then(callback);
}
