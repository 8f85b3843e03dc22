import type { Decision } from '../../api/result.js';
import type { ShadowDropReason, ShadowSummary } from '../../api/versions.js';
import { decodeHistogram, encodeHistogram } from '../histogram-bytes.js';
import { LatencyHistogram } from '../latency-histogram.js';
import { ratio } from '../ratio.js';
import { FlipMatrix } from './flip-matrix.js';
import { populationStability } from './population-stability.js';
import { ScoreHistogram } from './score-histogram.js';

/** A score difference of 1 is recorded as this many milliseconds. So the resolution is a millionth, which is a microsecond. */
const msOfOne = 1_000;

const percentile = 95;

export const dropReasons = [
  'queueFull',
  'pressure',
  'notReadable',
  'failed',
  'late',
  'unpaired',
  'retired',
] as const satisfies readonly ShadowDropReason[];

/** The measurements of a shadow, as plain values and bytes. */
export interface ShadowReading {
  readonly copied: number;
  readonly dropped: Readonly<Record<ShadowDropReason, number>>;
  /** See `FlipMatrix.counts`. */
  readonly flips: readonly number[];
  /** See `ScoreHistogram.bytes`. */
  readonly primaryScores: Uint8Array;
  readonly shadowScores: Uint8Array;
  /** See `encodeHistogram`. */
  readonly absoluteDifferences: Uint8Array;
  readonly latency: Uint8Array;
  readonly signedSum: number;
}

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

  /** Measurements from another process. @returns null if they are not as expected. */
  static from(reading: ShadowReading): ShadowStats | null {
    const flips = FlipMatrix.from(reading.flips);
    const primaryScores = ScoreHistogram.from(reading.primaryScores);
    const shadowScores = ScoreHistogram.from(reading.shadowScores);
    const differences = decodeHistogram(reading.absoluteDifferences);
    const latency = decodeHistogram(reading.latency);
    if (flips === null || primaryScores === null || shadowScores === null) return null;
    if (differences === null || latency === null) return null;
    const made = new ShadowStats();
    made.#flips.add(flips);
    made.#primaryScores.add(primaryScores);
    made.#shadowScores.add(shadowScores);
    made.#absoluteDifferences.add(differences);
    made.#latency.add(latency);
    made.#signedSum[0] = reading.signedSum;
    made.#copied = reading.copied;
    for (const reason of dropReasons) made.#dropped[reason] = reading.dropped[reason];
    return made;
  }

  get reading(): ShadowReading {
    return {
      copied: this.#copied,
      dropped: { ...this.#dropped },
      flips: this.#flips.counts,
      primaryScores: this.#primaryScores.bytes,
      shadowScores: this.#shadowScores.bytes,
      absoluteDifferences: encodeHistogram(this.#absoluteDifferences),
      latency: encodeHistogram(this.#latency),
      signedSum: this.#signedSum[0] as number,
    };
  }

  /** Adds the measurements of another node's shadow of the same version. */
  add(other: ShadowStats): void {
    this.#flips.add(other.#flips);
    this.#primaryScores.add(other.#primaryScores);
    this.#shadowScores.add(other.#shadowScores);
    this.#absoluteDifferences.add(other.#absoluteDifferences);
    this.#latency.add(other.#latency);
    this.#signedSum[0] = (this.#signedSum[0] as number) + (other.#signedSum[0] as number);
    this.#copied += other.#copied;
    for (const reason of dropReasons) this.#dropped[reason] += other.#dropped[reason];
  }

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
