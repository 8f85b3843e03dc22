import { type BinnedShares, type NumberBins, sharesOf, type TextBins } from '../../monitoring/drift/reference.js';
import { edgesUpTo, roundedTo } from '../../monitoring/drift/row-bins.js';
import { driftOf, expectedShares } from '../../monitoring/drift/stability.js';
import type { InputType } from '../../protocol/row-layout.js';
import { blockRows } from './kept-rows.js';
import { numberBins, shareOf } from './number-bins.js';

/** Fewer rows in a bin say little. */
const rowsPerBin = 50;

/** What bins are tried where those of more rows differ from one block of the reference to the next. */
const coarser = [5, 3, 1];

/** The index of a block of the reference itself against all of it: more is no drift, but what the feature does all day. */
const mostOfBlock = 0.1;

/** Texts with a bin of their own, and the least share that one is worth. */
const mostTexts = 50;
const leastTextShare = 0.01;

/** How a column's values are watched. */
export interface ChosenBins<Bins extends BinnedShares> {
  /** null: not at all. */
  bins: Bins | null;
  /** Whether fewer bins were taken than asked for, because the feature changes with the time, as an hour of the day does. */
  isCoarse: boolean;
}

/**
 * Bins for a column of numbers. A window of rows that follow one another holds the values of a short time, and those of some features, such as
 * the hour of the day, are never like those of all times. Such a feature gets fewer bins, down to one for the whole range, until
 * every block of the reference itself is near to the whole; what is still found then is a value outside the range, or a missing one.
 *
 * @param blocks its values, NaN where missing; of rows that follow one another.
 */
export function chooseNumberBins(
  blocks: readonly Float64Array[],
  most: number,
  type: InputType,
): ChosenBins<NumberBins> {
  const rows = blocks.reduce((sum, { length }) => sum + length, 0);
  const sorted = new Float64Array(rows);
  let finite = 0;
  for (const block of blocks) {
    for (const value of block) {
      if (Number.isNaN(value)) continue;
      sorted[finite] = value;
      finite += 1;
    }
  }
  const values = sorted.subarray(0, finite).sort();
  const finest = Math.max(1, Math.min(most, Math.floor(rows / rowsPerBin)));
  for (const count of [finest, ...coarser.filter((fewer) => fewer < finest)]) {
    const bins = numberBins(values, rows - finite, count, type);
    if (isSteady(blocks, bins, numberIndex(bins, type), rows)) return { bins, isCoarse: count < finest };
  }
  return { bins: null, isCoarse: true };
}

/** Bins for a column of texts: one for each that is not rare. @param blocks places in `texts`. */
export function chooseTextBins(blocks: readonly Float64Array[], texts: readonly string[]): ChosenBins<TextBins> {
  const counts = new Array<number>(texts.length).fill(0);
  let rows = 0;
  for (const block of blocks) {
    rows += block.length;
    for (const place of block) counts[place] = (counts[place] ?? 0) + 1;
  }
  const frequent = [...counts.entries()]
    .filter(([, count]) => count >= leastTextShare * rows && count > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostTexts);
  const others = frequent.reduce((rest, [, count]) => rest - count, rows);
  const bins: TextBins = {
    values: frequent.map(([place]) => texts[place] ?? ''),
    shares: frequent.map(([, count]) => shareOf(count, rows)),
    ...(others === 0 ? {} : { other: shareOf(others, rows) }),
  };
  const binOf = new Map(frequent.map(([place], bin) => [place, bin]));
  const isUsable = isSteady(blocks, bins, (place) => binOf.get(place) ?? frequent.length, rows);
  return isUsable ? { bins, isCoarse: false } : { bins: null, isCoarse: true };
}

/** Whether every full block of the reference is near to the whole. */
function isSteady(
  blocks: readonly Float64Array[],
  bins: BinnedShares,
  indexOf: (value: number) => number,
  rows: number,
): boolean {
  const shares = sharesOf(bins);
  const expected = expectedShares(shares, rows);
  const counts = new Uint32Array(shares.length);
  return blocks.every((block) => {
    if (block.length < blockRows) return true;
    counts.fill(0);
    for (const value of block) {
      const bin = indexOf(value);
      counts[bin] = (counts[bin] as number) + 1;
    }
    return driftOf(expected, counts, 0, block.length) <= mostOfBlock;
  });
}

function numberIndex({ edges, shares }: NumberBins, type: InputType): (value: number) => number {
  const rounded = edges.map(roundedTo(type));
  return (value) => {
    if (Number.isNaN(value)) return shares.length;
    return edgesUpTo(rounded, 0, rounded.length, value);
  };
}
