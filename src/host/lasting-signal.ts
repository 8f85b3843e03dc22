/** The same symbol in every built file of the package. The routes mark signals, and the scorer reads the mark. */
const mark: unique symbol = Symbol.for('fraud-scorer.lastingSignal');

/** Marks a signal that many requests share, such as the signal of a connection. */
export function markLasting(signal: AbortSignal): void {
  Reflect.set(signal, mark, true);
}

/** Whether more requests will probably come with this signal. Never throws. */
export function isLasting(signal: AbortSignal & { readonly [mark]?: unknown }): boolean {
  try {
    return signal[mark] === true;
  } catch {
    return false;
  }
}
