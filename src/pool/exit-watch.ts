import { isSet } from 'node:util/types';
import { contained } from '../faults.js';

/** What keeps workers and the end of the process apart. */
export interface ExitWaiter {
  /** Tells its workers to stay out of the runtime. */
  stopAll(): void;
  /** Blocks until they are out of it, or until its own time is over, counted from `startedAt` on the monotonic clock. */
  blockUntilIdle(startedAt: number): void;
}

/** Shared by all copies of this package in a process, such as its ES module and its CommonJS form. */
interface ExitWatch {
  waiters: Set<ExitWaiter>;
  /** The one listener of the process's exit. */
  onExit: () => void;
}

/** The number is that of the form: copies of other versions share it as long as it stays the same. */
const key = Symbol.for('fraud-scorer.exitWatch.1');

/** Has the end of the process wait for a waiter: together with all others, so that their times do not add up. */
export function watchExit(waiter: ExitWaiter, now: () => number): void {
  const watch = sharedWatch() ?? newWatch(now);
  if (watch.waiters.size === 0) process.on('exit', watch.onExit);
  watch.waiters.add(waiter);
}

/** The process may end without asking it. */
export function unwatchExit(waiter: ExitWaiter): void {
  const watch = sharedWatch();
  watch?.waiters.delete(waiter);
  if (watch?.waiters.size === 0) process.off('exit', watch.onExit);
}

function newWatch(now: () => number): ExitWatch {
  const waiters = new Set<ExitWaiter>();
  const onExit = (): void => {
    const startedAt = now();
    // One that fails must not keep the others' workers from being waited for, nor change the exit code.
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
