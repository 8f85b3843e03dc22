import type { Clock } from './clock.js';
import { isError } from './thrown.js';

/** Is told of an error of our own, which must not reach the host's process. */
export type FaultReport = (error: unknown) => void;

/** Runs a callback of ours that the event loop calls: a timer's, a message's or an event's. What it throws would end the host's process. */
export function contained(callback: () => void, onFault: FaultReport): void {
  try {
    callback();
  } catch (error) {
    onFault(error);
  }
}

/** Watches a promise that nobody awaits: its rejection would end the host's process. */
export function watched(promise: Promise<unknown>, onFault: FaultReport): void {
  promise.then(undefined, onFault);
}

/** A clock whose callbacks can't throw into the event loop. */
export function containedClock(clock: Clock, onFault: FaultReport): Clock {
  const wrap = (callback: () => void) => (): void => contained(callback, onFault);
  return {
    now: () => clock.now(),
    epochMs: () => clock.epochMs(),
    after: (delayMs, callback) => clock.after(delayMs, wrap(callback)),
    background: (delayMs, callback) => clock.background(delayMs, wrap(callback)),
    every: (periodMs, callback) => clock.every(periodMs, wrap(callback)),
    soon: (callback) => clock.soon(wrap(callback)),
  };
}

/** What is safe to log of an error, which can be anything: its message may quote a row. */
export function describeFault(error: unknown): { error: string; code?: string } {
  try {
    if (!isError(error)) return { error: typeof error };
    const { name } = error;
    const code: unknown = Reflect.get(error, 'code');
    return {
      error: typeof name === 'string' ? name : 'Error',
      ...(typeof code === 'string' ? { code } : {}),
    };
  } catch {
    return { error: 'an error that cannot be read' };
  }
}
