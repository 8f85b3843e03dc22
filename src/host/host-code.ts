import { types } from 'node:util';

/** Is told of code of the host that threw, or whose promise rejected. */
export type HostFailure = (error: unknown) => void;

/** Calls code of the host that nobody waits for: what it throws, or rejects later, goes to `onFailure` and nowhere else. */
export function callHost(call: () => unknown, onFailure: HostFailure): void {
  try {
    containResult(call(), onFailure);
  } catch (error) {
    onFailure(error);
  }
}

/**
 * Hears of a rejection of what code of the host returned, which would end the process otherwise: a promise, one of another realm, or
 * any object with a `then`. Never throws.
 */
export function containResult(result: unknown, onFailure: HostFailure): void {
  if (isObjectLike(result)) promiseOf(result).then(undefined, onFailure);
}

/** A plain promise for what code of the host returned, whatever that is: it can be waited for without leaving a rejection unheard. */
export function promiseOf(result: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (types.isPromise(result) && listen(result, resolve, reject)) return;
    // `resolve` reads `then` itself, and turns what that throws into a rejection.
    resolve(result);
  });
}

/**
 * Listens to a promise without the constructor of its class. `then` makes its result by that: one that does not pass the executor on would
 * make another promise that rejects, and leave both unheard.
 *
 * @returns false where the promise can't be changed for as long as that takes.
 */
function listen(promise: Promise<unknown>, resolve: (value: unknown) => void, reject: HostFailure): boolean {
  const own = Object.getOwnPropertyDescriptor(promise, 'constructor');
  if (!Reflect.defineProperty(promise, 'constructor', { value: Promise, configurable: true })) return false;
  Promise.prototype.then.call(promise, resolve, reject);
  if (own === undefined) Reflect.deleteProperty(promise, 'constructor');
  else Reflect.defineProperty(promise, 'constructor', own);
  return true;
}

/** Whether it has a method `then`, as a promise of any realm has. */
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
