import { type BinnedShares, isTextBins, type NumberPhase, type TextPhase } from '../../monitoring/drift/reference.js';
import { driftOf } from '../../monitoring/drift/stability.js';
import type { CountedColumn } from './counted-column.js';
import { blockRows } from './kept-rows.js';
import { expectedOf, totalsOf } from './phases.js';

/** The highest index of a full block of the reference against its own phase. @param members the blocks of each phase. */
export function usualOf(column: CountedColumn, rows: readonly number[], members: readonly number[][]): number[] {
  return members.map((blocks) => {
    const expected = expectedOf(column, rows, blocks);
    const full = blocks.filter((block) => (rows[block] ?? 0) >= blockRows);
    return full.reduce(
      (most, block) => Math.max(most, driftOf(expected, column.counts[block] ?? [], 0, rows[block] ?? 1)),
      0,
    );
  });
}

/** The bins of a column as they are written, with `usual`, and by phase if there are several. */
export function withPhases<Bins extends BinnedShares>(
  column: CountedColumn<Bins>,
  rows: readonly number[],
  members: readonly number[][],
): Bins {
  const usual = usualOf(column, rows, members).map((index) => Math.ceil(index * 1_000) / 1_000);
  if (members.length === 1) return { ...column.bins, ...written(usual[0]) };
  const phases = members.map((blocks, phase): NumberPhase & TextPhase => {
    const { totals, total } = totalsOf(column.counts, rows, blocks);
    const shares = totals.map((count) => Number((count / total).toFixed(5)));
    const rest = shares.pop() ?? 0;
    const name = isTextBins(column.bins) ? 'other' : 'missing';
    return { shares, ...(rest === 0 ? {} : { [name]: rest }), ...written(usual[phase]) };
  });
  return { ...column.bins, phases };
}

function written(usual = 0): { usual?: number } {
  return usual === 0 ? {} : { usual };
}
