/**
 * `queueMicrotask` for the libraries that the build carries (see `tsup.config.ts`): fake timers replace the global function, and a scorer
 * whose host's test installs them would stop for ever. A settled promise does the same and can't be replaced.
 */
export function queueMicrotask(callback: () => void): void {
  void Promise.resolve().then(callback);
}
