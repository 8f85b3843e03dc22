import { types } from 'node:util';

/** Called when the host's code threw, or its promise rejected. */
export type HostFailure = (error: unknown) => void;

/** Calls host code whose result nobody needs. Errors and later rejections go only to `onFailure`. */
export function callHost(call: () => unknown, onFailure: HostFailure): void {
  try {
    containResult(call(), onFailure);
  } catch (error) {
    onFailure(error);
  }
}

/**
 * Catches the rejection of a value that host code returned, which would otherwise end the process. The value may be a promise, a promise of
 * another realm, or any object with a `then`. Never throws.
 */
export function containResult(result: unknown, onFailure: HostFailure): void {
  if (isObjectLike(result)) promiseOf(result).then(undefined, onFailure);
}

/** Turns any value that host code returned into a plain promise. It can be awaited without an unhandled rejection. */
export function promiseOf(result: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (types.isPromise(result) && listen(result, resolve, reject)) return;
    // `resolve` reads `then` itself, and turns an error thrown there into a rejection.
    resolve(result);
  });
}

/**
 * Listens to a promise without calling the constructor of its class. `then` uses that constructor to make its result. A constructor that
 * does not pass the executor on would make another promise that rejects, and both rejections would be unhandled.
 *
 * @returns false if the promise cannot be modified for this.
 */
function listen(promise: Promise<unknown>, resolve: (value: unknown) => void, reject: HostFailure): boolean {
  const own = Object.getOwnPropertyDescriptor(promise, 'constructor');
  if (!Reflect.defineProperty(promise, 'constructor', { value: Promise, configurable: true })) return false;
  Promise.prototype.then.call(promise, resolve, reject);
  if (own === undefined) Reflect.deleteProperty(promise, 'constructor');
  else Reflect.defineProperty(promise, 'constructor', own);
  return true;
}

/** Whether it has a method `then`, as promises of every realm have. */
export function isThenable(value: unknown): boolean {
  try {
    return isObjectLike(value) && typeof Reflect.get(value, 'then') === 'function';
  } catch {
    return false;
  }
}

function isObjectLike(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
