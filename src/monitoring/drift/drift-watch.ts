import type { DriftOptions, DriftSummary, FeatureDrift } from '../../api/drift.js';
import type { Clock } from '../../host/clock.js';
import { outputsPerRow } from '../../protocol/outputs.js';
import type { RowLayout } from '../../protocol/row-layout.js';
import { DriftWindow } from './drift-window.js';
import { PhaseComparison } from './phase-comparison.js';
import { type DriftReference, sharesOf } from './reference.js';
import { type NamedInput, RowBins } from './row-bins.js';
import { RowBudget } from './row-budget.js';
import { expectedPhases } from './stability.js';

/** The most features that a summary names. */
const named = 10;

/** The most rows of one batch, because its callers wait meanwhile. */
const mostOfBatch = 128;

/** The most values that are read per second. For a model with very many features, fewer rows are taken. */
const maxValuesPerSecond = 250_000;

export interface DriftWatchOptions {
  reference: DriftReference;
  inputs: readonly NamedInput[];
  layout: RowLayout;
  /** The memory of the requests' raw feature rows. */
  memory: ArrayBufferLike;
  /** The texts of the features of a string input. Values are indices into them. */
  textsOf: (input: string) => readonly (readonly string[])[];
  options: DriftOptions;
  clock: Clock;
}

/** An answered batch: where its rows' features are, and its outputs. */
export interface SampledBatch {
  readonly rows: Int32Array;
  readonly generations: Uint32Array;
  readonly count: number;
  readonly outputs: Float32Array;
}

/** Tells whose rows they are: a row that was settled early may already hold another request's features. */
export interface SampledRows {
  isCurrent(row: number, generation: number): boolean;
}

/**
 * Measures how far the features and the score of one version are from the manifest's reference. It takes some rows of each batch and counts
 * their bins in a sliding window. Only these counts are kept.
 */
export class DriftWatch {
  readonly #clock: Clock;
  readonly #bins: RowBins;
  readonly #scoreEdges: Float64Array;
  readonly #comparison: PhaseComparison;
  readonly #window: DriftWindow;
  readonly #budget: RowBudget;
  readonly #minRows: number;
  readonly #scoreBin: number;
  /** Each batch starts at another position, because the first rows of a batch have waited longest. */
  #turn = 0;

  constructor({ reference, inputs, layout, memory, textsOf, options, clock }: DriftWatchOptions) {
    this.#clock = clock;
    this.#bins = new RowBins(reference, inputs, layout, memory, textsOf);
    this.#scoreEdges = Float64Array.from(reference.score.edges, Math.fround);
    this.#scoreBin = this.#bins.bins;
    const score = { expected: expectedPhases(reference.score, reference), firstBin: this.#scoreBin };
    this.#comparison = new PhaseComparison(this.#bins.features, score);
    this.#window = new DriftWindow(this.#bins.bins + sharesOf(reference.score).length, {
      rows: options.windowRows,
      maxAgeMs: options.windowMs,
    });
    const values = Math.max(this.#bins.features.length + 1, 1);
    this.#budget = new RowBudget(Math.min(options.maxRowsPerSecond, maxValuesPerSecond / values), clock.now());
    this.#minRows = options.minRows;
  }

  /**
   * Takes some rows of a batch. Call it before they are answered, because then their memory is reused.
   *
   * @param now time on the monotonic clock, in ms.
   */
  sample({ rows, generations, count, outputs }: SampledBatch, table: SampledRows, now: number): void {
    const wanted = this.#budget.take(Math.min(count, mostOfBatch), now);
    if (wanted === 0) return;
    const first = this.#turn % count;
    this.#turn = (this.#turn + 17) & 0xffff;
    for (let taken = 0; taken < wanted; taken += 1) {
      const place = (first + Math.floor((taken * count) / wanted)) % count;
      const row = rows[place] as number;
      if (table.isCurrent(row, generations[place] as number))
        this.add(row, outputs[place * outputsPerRow] as number, now);
    }
  }

  /** Counts one row. @param score its fraud probability. @param now time on the monotonic clock, in ms. */
  add(row: number, score: number, now: number): void {
    const { counts, totals } = this.#window;
    const first = this.#window.begin(now);
    this.#bins.count(row, counts, first, totals);
    const bin = this.#scoreBin + binOfScore(score, this.#scoreEdges);
    counts[first + bin] = (counts[first + bin] as number) + 1;
    totals[bin] = (totals[bin] as number) + 1;
  }

  get summary(): DriftSummary {
    this.#window.expire(this.#clock.now());
    const { rows } = this.#window;
    const watched = this.#bins.features.length;
    if (rows < this.#minRows) return { rows, score: null, features: [], watched };
    const { drifts } = this.#comparison;
    this.#comparison.compare(this.#window.totals, rows);
    const features = this.#bins.features.map(
      ({ name }, feature): FeatureDrift => ({ name, psi: drifts[feature] as number }),
    );
    features.sort((a, b) => b.psi - a.psi);
    return { rows, score: drifts[watched] as number, features: features.slice(0, named), watched };
  }
}

/** The last bin, which is for missing values, counts scores that are not numbers. */
function binOfScore(score: number, edges: Float64Array): number {
  if (Number.isNaN(score)) return edges.length + 1;
  let bin = 0;
  while (bin < edges.length && score >= (edges[bin] as number)) bin += 1;
  return bin;
}
