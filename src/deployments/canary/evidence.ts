import type { CanaryArm } from '../../api/canary.js';
import { ratio } from '../../monitoring/ratio.js';
import { countsBetween, type VersionCounts, type VersionReading } from '../../monitoring/version-reading.js';

/** Readings of both versions at the same moment. */
export interface Readings {
  /** Time on the monotonic clock, in ms. */
  readonly now: number;
  readonly canary: VersionReading;
  readonly primary: VersionReading;
}

type Arm = 'canary' | 'primary';

/**
 * What a canary and the primary did in the last one or two periods of a step. Older requests are dropped. So a change becomes visible, and
 * a bad start does not hold the canary back for ever. A period is extended until it has enough requests.
 */
export class Evidence {
  readonly #periodMs: number;
  readonly #minRequests: number;
  #from: Readings;
  /** The readings at the start of the current period. */
  #period: Readings;
  #last: Readings;

  /** @param minRequests the least number of requests of each version in a period. */
  constructor(periodMs: number, minRequests: number, start: Readings) {
    this.#periodMs = periodMs;
    this.#minRequests = minRequests;
    this.#from = start;
    this.#period = start;
    this.#last = start;
  }

  look(readings: Readings): void {
    this.#last = readings;
    if (readings.now - this.#period.now < this.#periodMs) return;
    const { canary, primary } = this.#period;
    if (countsBetween(canary, readings.canary).requests < this.#minRequests) return;
    if (countsBetween(primary, readings.primary).requests < this.#minRequests) return;
    this.#from = this.#period;
    this.#period = readings;
  }

  /** The time that the evidence covers, in milliseconds. */
  get ms(): number {
    return this.#last.now - this.#from.now;
  }

  counts(arm: Arm): VersionCounts {
    return countsBetween(this.#from[arm], this.#last[arm]);
  }

  /** The evidence in the form that the host's gate gets. */
  report(arm: Arm): CanaryArm {
    const { requests, failed, decided, blocked } = this.counts(arm);
    const { version, latency } = this.#last[arm];
    return {
      version,
      requests,
      errorRate: ratio(failed, requests),
      blockRate: ratio(blocked, decided),
      p95LatencyMs: latency.since(this.#from[arm].latency).percentile(95),
    };
  }
}
