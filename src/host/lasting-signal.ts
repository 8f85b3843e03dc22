/** The same in every file of the package that is built: the routes mark signals, the scorer reads the mark. */
const mark = Symbol.for('fraud-scorer.lastingSignal');

/** Marks a signal that is given to one request after the other, such as that of a connection. */
export function markLasting(signal: AbortSignal): void {
  Reflect.set(signal, mark, true);
}

/** Whether more requests are likely to come with this signal. Never throws. */
export function isLasting(signal: AbortSignal): boolean {
  try {
    return Reflect.get(signal, mark) === true;
  } catch {
    return false;
  }
}
