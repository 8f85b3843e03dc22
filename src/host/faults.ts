import { isError } from './thrown.js';

/** Called with an internal error, which must not reach the host's process. */
export type FaultReport = (error: unknown) => void;

/** Runs an internal callback of a timer, message or event. An error thrown there would otherwise end the host's process. */
export function contained(callback: () => void, onFault: FaultReport): void {
  try {
    callback();
  } catch (error) {
    onFault(error);
  }
}

/** Watches a promise that nobody awaits. Its rejection would otherwise end the host's process. */
export function watched(promise: Promise<unknown>, onFault: FaultReport): void {
  promise.then(undefined, onFault);
}

/** The part of an error that is safe to log. The error can be anything, and its message may quote a row. */
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
