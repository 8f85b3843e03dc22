import { contained, type FaultReport } from '../host/faults.js';
import { containResult } from '../host/host-code.js';
import { isLasting } from '../host/lasting-signal.js';
import { Slots } from '../host/slots.js';
import { reasonOf, throwingSignal } from './score-options.js';

/** The listener of a signal and its callbacks, one for each waiting request or call of `scoreColumns`. */
interface Watch {
  readonly aborts: Slots<(reason: unknown) => void>;
  readonly listener: () => void;
}

/** Shared by all scorers of this process, so that a signal used by many gets only one listener. Node.js warns above ten. */
const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Calls `onAborted` when the signal is aborted.
 *
 * @returns a function that stops watching. It never throws.
 * @throws {InvalidOptionsError} if the signal is the host's own implementation and throws.
 */
export function watchSignal(
  signal: AbortSignal,
  onAborted: (reason: unknown) => void,
  onFault: FaultReport,
): () => void {
  const watch = watches.get(signal) ?? listen(signal);
  // An error thrown by a listener of a signal would end the process.
  const abort = (reason: unknown): void => contained(() => onAborted(reason), onFault);
  const slot = watch.aborts.add(abort);
  return () => {
    watch.aborts.delete(slot, abort);
    // Keep the listener: adding one for each request of a connection would cost more than reading the request's features.
    if (watch.aborts.size === 0 && !isLasting(signal)) forget(signal, watch);
  };
}

function listen(signal: AbortSignal): Watch {
  const aborts: Watch['aborts'] = new Slots();
  const listener = (): void => {
    const reason = reasonOf(signal);
    for (const abort of aborts.members()) abort(reason);
  };
  try {
    containResult(signal.addEventListener('abort', listener, { once: true }), () => {});
  } catch {
    throw throwingSignal();
  }
  const watch = { aborts, listener };
  watches.set(signal, watch);
  return watch;
}

function forget(signal: AbortSignal, watch: Watch): void {
  // Stopping a request twice must not remove the signal's next watch.
  if (watches.get(signal) === watch) watches.delete(signal);
  try {
    containResult(signal.removeEventListener('abort', watch.listener), () => {});
  } catch {
    // The signal is the host's, and the request is already settled, so an error here would help nobody.
  }
}
