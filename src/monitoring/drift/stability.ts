import { correctedShare, stabilityTerm } from '../population-stability.js';
import { type BinnedShares, type DriftReference, phasesOf, sharesOf } from './reference.js';

/** Shares below this count as this much. Otherwise a single row in a bin that the reference never had would look like drift. */
const leastShare = 1e-4;

/** Siddiqi's limit for a shift that needs action. */
export const usualDriftLimit = 0.25;

/** An index counts as drift only above this many times the largest one between the reference's own parts. */
const timesUsual = 3;

/** The shares of a reference or of one of its phases, prepared for comparison with counts. */
export interface ExpectedShares {
  /** The share of each bin, above 0, and their natural logarithms. */
  readonly shares: Float64Array;
  readonly logarithms: Float64Array;
  /** The bins in which the reference had rows. */
  readonly filled: number;
  /** Rows of the reference. */
  readonly rows: number;
  /** Subtracted from the index: how far the reference's own rows differ from each other, beyond the usual limit. */
  readonly allowance: number;
}

export function expectedShares(shares: readonly number[], rows: number, usual = 0): ExpectedShares {
  // Loops: a version that is deployed has thousands of bins, and requests wait while these are read.
  const { length } = shares;
  const corrected = new Float64Array(length);
  const logarithms = new Float64Array(length);
  let filled = 0;
  for (let bin = 0; bin < length; bin += 1) {
    const share = shares[bin] as number;
    if (share > 0) filled += 1;
    const value = Math.max(correctedShare(share * rows, rows, length), leastShare);
    corrected[bin] = value;
    logarithms[bin] = Math.log(value);
  }
  return { shares: corrected, logarithms, filled, rows, allowance: Math.max(0, timesUsual * usual - usualDriftLimit) };
}

/** For each phase of the reference. */
export function expectedPhases(bins: BinnedShares, { rows, phases }: PhaseRows): ExpectedShares[] {
  return phasesOf(bins).map((phase, index) => expectedShares(sharesOf(phase), phases?.[index] ?? rows, phase.usual));
}

type PhaseRows = Pick<DriftReference, 'rows' | 'phases'>;

/**
 * The population stability index of counts against each phase, minus the average that chance alone gives without drift: about (bins − 1) ·
 * (1/n + 1/m), because n times the index is nearly χ² distributed (B. Yurdakul, Statistical Properties of the Population Stability Index,
 * 2018).
 *
 * @param phases phases with the same bins.
 * @param counts counts of all features' bins. Those of this feature begin at `first`.
 * @param rows counted rows, at least 1.
 * @param indices receives the index for each phase, at least 0, from `place` on.
 */
export function indicesOf(
  phases: readonly ExpectedShares[],
  counts: ArrayLike<number>,
  first: number,
  rows: number,
  indices: Float64Array,
  place = 0,
): void {
  const bins = phases[0]?.shares.length ?? 0;
  const { length } = phases;
  for (let phase = 0; phase < length; phase += 1) {
    const { filled, rows: expectedRows } = phases[phase] as ExpectedShares;
    indices[place + phase] = -Math.max(filled - 1, 0) * (1 / rows + 1 / expectedRows);
  }
  for (let bin = 0; bin < bins; bin += 1) {
    const actual = correctedShare(counts[first + bin] as number, rows, bins);
    const logarithm = Math.log(actual);
    for (let phase = 0; phase < length; phase += 1) {
      const { shares, logarithms } = phases[phase] as ExpectedShares;
      const term = (actual - (shares[bin] as number)) * (logarithm - (logarithms[bin] as number));
      indices[place + phase] = (indices[place + phase] as number) + term;
    }
  }
  for (let phase = place; phase < place + length; phase += 1) indices[phase] = Math.max(indices[phase] as number, 0);
}

/** The same against one half of each of two phases. @returns at least 0. */
export function indexOfBoth(
  one: ExpectedShares,
  two: ExpectedShares,
  counts: ArrayLike<number>,
  first: number,
  rows: number,
): number {
  const { length } = one.shares;
  let index = -Math.max(one.filled - 1, two.filled - 1, 0) * (1 / rows + 1 / (one.rows + two.rows));
  for (let bin = 0; bin < length; bin += 1) {
    const expected = ((one.shares[bin] as number) + (two.shares[bin] as number)) / 2;
    index += stabilityTerm(expected, correctedShare(counts[first + bin] as number, rows, length));
  }
  return Math.max(index, 0);
}

/** The same against the only phase. @returns at least 0. */
export function driftOf(expected: ExpectedShares, counts: ArrayLike<number>, first: number, rows: number): number {
  const index = new Float64Array(1);
  indicesOf([expected], counts, first, rows, index);
  return index[0] as number;
}
