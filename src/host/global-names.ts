// Replaces global names in the build (see `tsup.config.ts`).

// A separate realm, such as the vm context of a test runner that loads this package, may not have these globals.
export { Buffer } from 'node:buffer';
export { default as process } from 'node:process';
export { TextDecoder } from 'node:util';

/**
 * `queueMicrotask` for the bundled libraries. Fake timers replace the global function, so a scorer would stop for ever if its host's test
 * installed them. A resolved promise has the same effect and cannot be replaced.
 */
export function queueMicrotask(callback: () => void): void {
  void Promise.resolve().then(callback);
}
