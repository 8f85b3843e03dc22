import { systemClock } from '../host/clock.js';

/** How long the exit of the process waits for decisions that are not written yet, in ms. */
const exitWaitMs = 500;

/** Blocks this thread until another one has written what is left, at most for `exitWaitMs`. */
export function waitAtExit(isDone: () => boolean): void {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  const until = systemClock.now() + exitWaitMs;
  while (!isDone() && systemClock.now() < until) Atomics.wait(nobody, 0, 0, 2);
}
