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
