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
  if (!isObjectLike(result)) return;
  // `resolve` reads `then` itself, and turns what that throws into a rejection.
  new Promise((resolve) => resolve(result)).then(undefined, onFailure);
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
