import type { ScoreRequest, ScoreResult } from 'fraud-scorer';
import { LatencyHistogram } from '../../src/monitoring/latency-histogram.js';

/** One call in so many is timed: a prime, so that all callers and all places of a batch have their turn. */
const oneIn = 31;

/** Scores one request. */
export type Score = (request: ScoreRequest) => Promise<ScoreResult>;

/** Takes the latency of some calls as their callers see it: the time of the others is not spent on clocks. */
export class LatencySample {
  readonly #latencies = new LatencyHistogram();
  readonly #score: Score;
  readonly #now: () => number;
  #calls = 0;

  /** @param now milliseconds, monotonic. */
  constructor(score: Score, now: () => number = () => performance.now()) {
    this.#score = score;
    this.#now = now;
  }

  /** Calls `score` and times one call in 31. */
  readonly score = (request: ScoreRequest): Promise<ScoreResult> => {
    this.#calls += 1;
    return this.#calls % oneIn === 0 ? this.#timed(request) : this.#score(request);
  };

  /** @throws {RangeError} when no call was timed. */
  get p99Ms(): number {
    const p99 = this.#latencies.percentile(99);
    if (p99 === null) throw new RangeError(`calls: expected at least ${oneIn}, received ${this.#calls}`);
    return p99;
  }

  /** Forgets all that were timed. */
  reset(): void {
    this.#latencies.reset();
  }

  async #timed(request: ScoreRequest): Promise<ScoreResult> {
    const start = this.#now();
    const result = await this.#score(request);
    this.#latencies.record(this.#now() - start);
    return result;
  }
}
