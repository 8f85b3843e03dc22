import { contained, type FaultReport } from '../host/faults.js';
import { containResult } from '../host/host-code.js';
import { isLasting } from '../host/lasting-signal.js';
import { Slots } from '../host/slots.js';
import { reasonOf, throwingSignal } from './score-options.js';

/** The listener of a signal, and what it calls: one for each request or call in columns that waits. */
interface Watch {
  readonly aborts: Slots<(reason: unknown) => void>;
  readonly listener: () => void;
}

/** Shared by all scorers of this process: a signal that many of them are given gets one listener. Node.js warns of more than ten. */
const watches = new WeakMap<AbortSignal, Watch>();

/**
 * Calls `onAborted` once the signal is aborted.
 *
 * @returns what stops it; it never throws.
 * @throws {InvalidOptionsError} where the signal is one of the host's own making, and throws.
 */
export function watchSignal(
  signal: AbortSignal,
  onAborted: (reason: unknown) => void,
  onFault: FaultReport,
): () => void {
  const watch = watches.get(signal) ?? listen(signal);
  // What a listener of a signal throws would end the process.
  const abort = (reason: unknown): void => contained(() => onAborted(reason), onFault);
  const slot = watch.aborts.add(abort);
  return () => {
    watch.aborts.delete(slot, abort);
    // To listen anew for each request of a connection would cost more than the request's features do.
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
  // A request that is stopped twice must not forget the signal's next watch.
  if (watches.get(signal) === watch) watches.delete(signal);
  try {
    containResult(signal.removeEventListener('abort', watch.listener), () => {});
  } catch {
    // It is the host's signal, and the request is settled: nobody is served by an error here.
  }
}
