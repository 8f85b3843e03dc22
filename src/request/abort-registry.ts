import type { PendingRequest } from './pending-request.js';

/** Requests by the signal that may abort them: one listener a signal, however many requests share it. */
export class AbortRegistry {
  readonly #onAborted: (request: PendingRequest, reason: unknown) => void;
  readonly #requests = new WeakMap<AbortSignal, Set<PendingRequest>>();

  constructor(onAborted: (request: PendingRequest, reason: unknown) => void) {
    this.#onAborted = onAborted;
  }

  /** Watches a signal for a request, until the request's `stopListening`. */
  watch(signal: AbortSignal, request: PendingRequest): void {
    const requests = this.#requests.get(signal) ?? this.#listen(signal);
    requests.add(request);
    request.stopListening = () => {
      requests.delete(request);
      if (requests.size === 0) this.#forget(signal);
    };
  }

  #listen(signal: AbortSignal): Set<PendingRequest> {
    const requests = new Set<PendingRequest>();
    this.#requests.set(signal, requests);
    signal.addEventListener('abort', this.#onAbort, { once: true });
    return requests;
  }

  #forget(signal: AbortSignal): void {
    this.#requests.delete(signal);
    signal.removeEventListener('abort', this.#onAbort);
  }

  readonly #onAbort = (event: Event): void => {
    const signal = event.currentTarget as AbortSignal;
    const requests = this.#requests.get(signal) ?? new Set<PendingRequest>();
    for (const request of [...requests]) this.#onAborted(request, signal.reason);
  };
}
