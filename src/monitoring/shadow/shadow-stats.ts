import type { Decision } from '../../api/result.js';
import type { ShadowDropReason, ShadowSummary } from '../../api/versions.js';
import { LatencyHistogram } from '../latency-histogram.js';
import { ratio } from '../ratio.js';
import { FlipMatrix } from './flip-matrix.js';
import { populationStability } from './population-stability.js';
import { ScoreHistogram } from './score-histogram.js';

/** A score difference of 1 is recorded as this many milliseconds. So the resolution is a millionth, which is a microsecond. */
const msOfOne = 1_000;

const percentile = 95;

/** What a shadow would have decided, compared with the primary. It always takes 100 KB of memory. */
export class ShadowStats {
  readonly #dropped: Record<ShadowDropReason, number> = {
    queueFull: 0,
    pressure: 0,
    notReadable: 0,
    failed: 0,
    late: 0,
    unpaired: 0,
    retired: 0,
  };
  readonly #flips = new FlipMatrix();
  readonly #primaryScores = new ScoreHistogram();
  readonly #shadowScores = new ScoreHistogram();
  readonly #absoluteDifferences = new LatencyHistogram();
  readonly #latency = new LatencyHistogram();
  /** In an array, because a field that holds a fraction allocates memory each time it is written. */
  readonly #signedSum = new Float64Array(1);
  #copied = 0;

  /** A request whose copy was put in the shadow's queue. */
  recordCopied(): void {
    this.#copied += 1;
  }

  /** A sampled request that was not compared. */
  recordDropped(reason: ShadowDropReason): void {
    this.#dropped[reason] += 1;
  }

  /** How long a copy took, from queueing to the shadow's answer. */
  recordLatency(ms: number): void {
    this.#latency.record(ms);
  }

  /**
   * A request that both answered. A shadow's score outside [0, 1] is not compared and counts as `failed`.
   *
   * @param primaryScore in [0, 1].
   */
  recordPair(primary: Decision, primaryScore: number, shadow: Decision, shadowScore: number): void {
    if (!(shadowScore >= 0 && shadowScore <= 1)) {
      this.recordDropped('failed');
      return;
    }
    this.#flips.record(primary, shadow);
    this.#primaryScores.record(primaryScore);
    this.#shadowScores.record(shadowScore);
    const difference = shadowScore - primaryScore;
    this.#signedSum[0] = (this.#signedSum[0] as number) + difference;
    this.#absoluteDifferences.record(Math.abs(difference) * msOfOne);
  }

  /** Compared requests, and flips. */
  get flipTotals(): { compared: number; flipped: number } {
    return this.#flips.totals;
  }

  snapshot(): ShadowSummary {
    const p95 = this.#absoluteDifferences.percentile(percentile);
    return {
      copied: this.#copied,
      dropped: { ...this.#dropped },
      flips: this.#flips.flips,
      scoreDifference: {
        mean: ratio(this.#signedSum[0] as number, this.#absoluteDifferences.count),
        p95: p95 === null ? null : p95 / msOfOne,
      },
      psi: populationStability(this.#primaryScores, this.#shadowScores),
      latencyMs: this.#latency.summary(),
    };
  }
}
