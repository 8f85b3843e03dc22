import type { FraudScorer, ScoreResult } from 'fraud-scorer';
import type { Clock } from '../replay/clock.js';
import type { PreparedRequest } from './requests.js';

const sendEveryMs = 5;

/** After a stall, at most the requests of this time are sent at once. */
const mostBehindMs = 200;

/** Sends requests at a steady rate, and counts which version answered. */
export class Traffic {
  readonly #scorer: Pick<FraudScorer, 'score'>;
  readonly #requests: readonly PreparedRequest[];
  readonly #stopSending: () => void;
  /** The model's answers by version. */
  readonly answered = new Map<string, number>();
  /** Decisions of the scorer's `fallback`. */
  fallback = 0;
  /** Rejected requests by code. With a `fallback` there should be none. */
  readonly errors = new Map<string, number>();
  sent = 0;
  #pending = 0;
  #sentUntilMs: number;

  constructor(scorer: Pick<FraudScorer, 'score'>, requests: readonly PreparedRequest[], rate: number, clock: Clock) {
    this.#scorer = scorer;
    this.#requests = requests;
    this.#sentUntilMs = clock.now();
    const intervalMs = 1_000 / rate;
    this.#stopSending = clock.every(sendEveryMs, () => {
      const now = clock.now();
      this.#sentUntilMs = Math.max(this.#sentUntilMs, now - mostBehindMs);
      for (; this.#sentUntilMs + intervalMs <= now; this.#sentUntilMs += intervalMs) this.#send();
    });
  }

  get isIdle(): boolean {
    return this.#pending === 0;
  }

  answeredBy(version: string): number {
    return this.answered.get(version) ?? 0;
  }

  /** Stops sending. Requests that were sent are still answered. */
  stop(): void {
    this.#stopSending();
  }

  #send(): void {
    const request = this.#requests[this.sent % this.#requests.length];
    if (request === undefined) return;
    this.sent += 1;
    this.#pending += 1;
    const { customerId: routingKey, features } = request;
    // The routing key selects the version. A customer stays with the same version while the shares do not change.
    this.#scorer
      .score({ id: `tx-${this.sent}`, features }, { routingKey })
      .then(
        (result) => this.#count(result),
        ({ code }) => this.errors.set(code, (this.errors.get(code) ?? 0) + 1),
      )
      .finally(() => {
        this.#pending -= 1;
      });
  }

  #count(result: ScoreResult): void {
    if (result.source === 'fallback') {
      this.fallback += 1;
      return;
    }
    this.answered.set(result.model.version, this.answeredBy(result.model.version) + 1);
  }
}
