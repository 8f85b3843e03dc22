import type { Explain, ScoreRequest } from '../api/request.js';
import type { ScoreResult } from '../api/result.js';
import type { FraudScorerError } from '../errors.js';
import type { CallerContext } from '../host/async-context.js';
import type { Clock, Timer } from '../host/clock.js';
import type { OpenCall } from './fake-call.js';
import type { FakeVersion } from './fake-version.js';
import type { Routed } from './fake-versions.js';

/** A request that was taken in. */
export interface WaitingRequest {
  readonly call: OpenCall;
  readonly request: ScoreRequest;
  readonly id: string | undefined;
  readonly amount: number;
  readonly explain: Explain;
  /** Of the caller; null where nobody's code runs in it. */
  readonly context: CallerContext | null;
  /** On the clock, in ms. */
  readonly enqueuedAt: number;
  readonly settlement: Settlement;
  /** The version that answers, and the shadows that have a copy; null before one is chosen. */
  readonly routed: Routed | null;
  readonly copies: readonly FakeVersion[];
}

/** Where the outcome of a request goes. */
export interface Settlement {
  resolve(result: ScoreResult): void;
  reject(error: FraudScorerError): void;
}

interface Entry {
  timers: Timer[];
  stopListening: () => void;
}

/** The requests that wait for their answers. */
export class WaitingRequests {
  readonly #clock: Clock;
  readonly #entries = new Map<WaitingRequest, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get all(): WaitingRequest[] {
    return [...this.#entries.keys()];
  }

  get count(): number {
    return this.#entries.size;
  }

  get oldestWaitMs(): number {
    const [oldest] = this.#entries.keys();
    return oldest === undefined ? 0 : this.#clock.now() - oldest.enqueuedAt;
  }

  /** @param stopListening is called once it has left. */
  add(request: WaitingRequest, stopListening: () => void): void {
    this.#entries.set(request, { timers: [], stopListening });
  }

  /** Calls `callback` after so many milliseconds, unless the request has left by then. */
  after(request: WaitingRequest, delayMs: number, callback: () => void): void {
    if (!Number.isFinite(delayMs)) return;
    this.#entries.get(request)?.timers.push(this.#clock.after(delayMs, callback));
  }

  /** @returns whether it was there. */
  remove(request: WaitingRequest): boolean {
    const entry = this.#entries.get(request);
    if (entry === undefined) return false;
    this.#entries.delete(request);
    for (const timer of entry.timers) timer.clear();
    entry.stopListening();
    return true;
  }
}
