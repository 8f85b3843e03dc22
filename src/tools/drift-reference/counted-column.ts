import { type BinnedShares, isTextBins, sharesOf } from '../../monitoring/drift/reference.js';
import { edgesUpTo, roundedTo } from '../../monitoring/drift/row-bins.js';
import type { InputType } from '../../protocol/row-layout.js';
import { numberBins } from './number-bins.js';
import { textBins } from './text-bins.js';

/** With fewer rows, a bin is not reliable. */
const rowsPerBin = 50;

/** A column of the kept rows, counted in bins. */
export interface CountedColumn<Bins extends BinnedShares = BinnedShares> {
  readonly bins: Bins;
  /** For each block the rows by bin, in the order of `sharesOf`. */
  readonly counts: readonly Uint32Array[];
}

/**
 * Counts a column of numbers in bins with about the same number of rows.
 *
 * @param blocks the values of consecutive rows, NaN if missing.
 * @param most the most bins, at least 1.
 */
export function countNumbers(blocks: readonly Float64Array[], most: number, type: InputType) {
  const rows = blocks.reduce((sum, { length }) => sum + length, 0);
  const all = new Float64Array(rows);
  let finite = 0;
  for (const block of blocks) {
    for (const value of block) {
      if (Number.isNaN(value)) continue;
      all[finite] = value;
      finite += 1;
    }
  }
  const count = Math.max(1, Math.min(most, Math.floor(rows / rowsPerBin)));
  const bins = numberBins(all.subarray(0, finite).sort(), rows - finite, count, type);
  const edges = bins.edges.map(roundedTo(type));
  const missing = bins.shares.length;
  const binOf = (value: number): number => (Number.isNaN(value) ? missing : edgesUpTo(edges, 0, edges.length, value));
  return { bins, counts: countsOf(blocks, bins, binOf) };
}

/** Counts a column of texts, with a bin for each text that is not rare. @param blocks indices in `texts`. */
export function countTexts(blocks: readonly Float64Array[], texts: readonly string[]): CountedColumn {
  const bins = textBins(blocks, texts);
  const others = bins.values.length;
  const places = new Map(bins.values.map((text, bin) => [text, bin]));
  const binsOfTexts = texts.map((text) => places.get(text) ?? others);
  return { bins, counts: countsOf(blocks, bins, (place) => binsOfTexts[place] ?? others) };
}

function countsOf(
  blocks: readonly Float64Array[],
  bins: BinnedShares,
  binOf: (value: number) => number,
): Uint32Array[] {
  const { length } = sharesOf(bins);
  return blocks.map((block) => {
    const counts = new Uint32Array(length);
    for (const value of block) {
      const bin = binOf(value);
      counts[bin] = (counts[bin] as number) + 1;
    }
    return counts;
  });
}

/** Whether it can be counted in fewer bins. Texts cannot. */
export function isOfNumbers(column: CountedColumn): boolean {
  return !isTextBins(column.bins);
}
