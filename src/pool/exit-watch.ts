import { isSet } from 'node:util/types';
import { contained } from '../host/faults.js';

/** Something that the end of the process must wait for. */
export interface ExitWaiter {
  /** Tells its workers to stay out of the runtime. */
  stopAll(): void;
  /** Blocks until they are outside, or until its own time is over, counted from `startedAt` on the monotonic clock. */
  blockUntilIdle(startedAt: number): void;
}

/** Shared by all copies of this package in a process, such as its ES module and its CommonJS form. */
interface ExitWatch {
  waiters: Set<ExitWaiter>;
  /** The single listener of the process's exit. */
  onExit: () => void;
}

/** The number is the version of `ExitWatch`. Copies of this package with the same number share one. */
const key = Symbol.for('fraud-scorer.exitWatch.1');

/** Makes the end of the process wait. All waiters wait at the same time, so that their times do not add up. */
export function watchExit(waiter: ExitWaiter, now: () => number): void {
  const watch = sharedWatch() ?? newWatch(now);
  if (watch.waiters.size === 0) process.on('exit', watch.onExit);
  watch.waiters.add(waiter);
}

/** The end of the process no longer waits for it. */
export function unwatchExit(waiter: ExitWaiter): void {
  const watch = sharedWatch();
  watch?.waiters.delete(waiter);
  if (watch?.waiters.size === 0) process.off('exit', watch.onExit);
}

function newWatch(now: () => number): ExitWatch {
  const waiters = new Set<ExitWaiter>();
  const onExit = (): void => {
    const startedAt = now();
    // If one waiter fails, the others must still be waited for, and the exit code must not change.
    for (const waiter of waiters) contained(() => waiter.stopAll(), ignore);
    for (const waiter of waiters) contained(() => waiter.blockUntilIdle(startedAt), ignore);
  };
  const watch = { waiters, onExit };
  Object.defineProperty(process, key, { value: watch, configurable: true });
  return watch;
}

function ignore(): void {}

function sharedWatch(): ExitWatch | null {
  const watch: unknown = Reflect.get(process, key);
  return isWatch(watch) ? watch : null;
}

function isWatch(value: unknown): value is ExitWatch {
  if (typeof value !== 'object' || value === null) return false;
  return 'waiters' in value && isSet(value.waiters) && 'onExit' in value && typeof value.onExit === 'function';
}
