import { contained, type FaultReport } from '../faults.js';
import { containResult } from '../host-code.js';
import { reasonOf, throwingSignal } from './score-options.js';

/** What a signal may abort. */
export interface Abortable {
  /** Takes the caller's abort listener away again. Never throws. */
  stopListening: (() => void) | null;
}

/** The listener of a signal, and what it calls: one for each request that waits. */
interface Watch {
  aborts: Set<(reason: unknown) => void>;
  listener: () => void;
}

/** Shared by all scorers of this process: a signal that many of them are given gets one listener. */
const watches = new WeakMap<AbortSignal, Watch>();

/** Requests, or calls in columns, of one scorer, by the signal that may abort them. */
export class AbortRegistry<T extends Abortable> {
  readonly #onAborted: (request: T, reason: unknown) => void;
  readonly #onFault: FaultReport;

  constructor(onAborted: (request: T, reason: unknown) => void, onFault: FaultReport) {
    this.#onAborted = onAborted;
    this.#onFault = onFault;
  }

  /**
   * Watches a signal for a request, until the request's `stopListening`.
   *
   * @throws {InvalidOptionsError} where the signal is one of the host's own making, and throws.
   */
  watch(signal: AbortSignal, request: T): void {
    const watch = watches.get(signal) ?? listen(signal);
    // What a listener of a signal throws would end the process.
    const abort = (reason: unknown): void => contained(() => this.#onAborted(request, reason), this.#onFault);
    watch.aborts.add(abort);
    request.stopListening = () => {
      watch.aborts.delete(abort);
      if (watch.aborts.size === 0) forget(signal, watch);
    };
  }
}

function listen(signal: AbortSignal): Watch {
  const aborts: Watch['aborts'] = new Set();
  const listener = (): void => {
    const reason = reasonOf(signal);
    for (const abort of [...aborts]) abort(reason);
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
