import { reasonOf, throwingSignal } from './score-options.js';

/** What a signal may abort. */
export interface Abortable {
  /** Takes the caller's abort listener away again. Never throws. */
  stopListening: (() => void) | null;
}

interface Watch<T> {
  requests: Set<T>;
  listener: () => void;
}

/** Requests, or calls in columns, by the signal that may abort them: one listener a signal, however many share it. */
export class AbortRegistry<T extends Abortable> {
  readonly #onAborted: (request: T, reason: unknown) => void;
  readonly #watches = new WeakMap<AbortSignal, Watch<T>>();

  constructor(onAborted: (request: T, reason: unknown) => void) {
    this.#onAborted = onAborted;
  }

  /**
   * Watches a signal for a request, until the request's `stopListening`.
   *
   * @throws {InvalidOptionsError} where the signal is one of the host's own making, and throws.
   */
  watch(signal: AbortSignal, request: T): void {
    const watch = this.#watches.get(signal) ?? this.#listen(signal);
    watch.requests.add(request);
    request.stopListening = () => {
      watch.requests.delete(request);
      if (watch.requests.size === 0) this.#forget(signal, watch);
    };
  }

  #listen(signal: AbortSignal): Watch<T> {
    const requests = new Set<T>();
    const listener = (): void => {
      const reason = reasonOf(signal);
      for (const request of [...requests]) this.#onAborted(request, reason);
    };
    try {
      signal.addEventListener('abort', listener, { once: true });
    } catch {
      throw throwingSignal();
    }
    const watch = { requests, listener };
    this.#watches.set(signal, watch);
    return watch;
  }

  #forget(signal: AbortSignal, { listener }: Watch<T>): void {
    this.#watches.delete(signal);
    try {
      signal.removeEventListener('abort', listener);
    } catch {
      // It is the host's signal, and the request is settled: nobody is served by an error here.
    }
  }
}
