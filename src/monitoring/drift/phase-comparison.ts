import { distanceOf, nearestPhase } from './nearest-phase.js';
import { type ExpectedShares, indexOfBoth, indicesOf } from './stability.js';

/** Below Siddiqi's limit nothing important has changed. Then pairs of phases, which take most of the time, need not be compared. */
const noDrift = 0.1;

/** A feature or the score, in its own bins. */
export interface ComparedColumn {
  /** For each phase of the reference. */
  readonly expected: readonly ExpectedShares[];
  /** The index of its first bin among all bins. */
  readonly firstBin: number;
}

/**
 * Compares a window with the phase of the reference that is nearest to its features, or with two phases, half each. Two phases are used
 * because a window may hold the end of one phase and the beginning of the next. The score does not take part in the choice, because it
 * could hide its own drift.
 */
export class PhaseComparison {
  /** The drift of each feature, then of the score: at least 0, with the allowed part subtracted. */
  readonly drifts: Float64Array;
  readonly #columns: readonly ComparedColumn[];
  readonly #features: number;
  readonly #phases: number;
  /** Each column against each phase. */
  readonly #indices: Float64Array;
  /** Each column against two phases. */
  readonly #both: Float64Array;

  constructor(features: readonly ComparedColumn[], score: ComparedColumn) {
    this.#columns = [...features, score];
    this.#features = features.length;
    this.#phases = score.expected.length;
    this.#indices = new Float64Array(this.#columns.length * this.#phases);
    this.#both = new Float64Array(this.#columns.length);
    this.drifts = new Float64Array(this.#columns.length);
  }

  /** Writes `drifts`. @param totals rows by bin. @param rows rows in the window, at least 1. */
  compare(totals: Uint32Array, rows: number): void {
    const phases = this.#phases;
    for (const [column, { expected, firstBin }] of this.#columns.entries()) {
      indicesOf(expected, totals, firstBin, rows, this.#indices, column * phases);
    }
    const nearest = nearestPhase(this.#indices.subarray(0, this.#features * phases), phases);
    this.#take(nearest.phase, nearest.phase, (column) => this.#indices[column * phases + nearest.phase] as number);
    if (this.drifts.every((drift) => drift <= noDrift)) return;
    let least = nearest.distance;
    for (let other = 0; other < phases; other += 1) {
      if (other === nearest.phase) continue;
      for (const [column, { expected, firstBin }] of this.#columns.entries()) {
        const [one, two] = [expected[nearest.phase], expected[other]];
        if (one !== undefined && two !== undefined) this.#both[column] = indexOfBoth(one, two, totals, firstBin, rows);
      }
      const distance = distanceOf(this.#both.subarray(0, this.#features), 0, 1);
      if (distance >= least) continue;
      least = distance;
      this.#take(nearest.phase, other, (column) => this.#both[column] as number);
    }
  }

  #take(one: number, two: number, indexOf: (column: number) => number): void {
    for (const [column, { expected }] of this.#columns.entries()) {
      const allowance = Math.max(expected[one]?.allowance ?? 0, expected[two]?.allowance ?? 0);
      this.drifts[column] = Math.max(0, indexOf(column) - allowance);
    }
  }
}
