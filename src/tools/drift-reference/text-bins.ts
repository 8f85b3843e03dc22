import type { TextBins } from '../../monitoring/drift/reference.js';
import { shareOf } from './number-bins.js';

/** The most texts with their own bin, and the lowest share that gets one. */
const mostTexts = 50;
const leastTextShare = 0.01;

/** Bins for a column of texts: one for each text that is not rare. @param blocks indices in `texts`. */
export function textBins(blocks: readonly Float64Array[], texts: readonly string[]): TextBins {
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
  return {
    values: frequent.map(([place]) => texts[place] ?? ''),
    shares: frequent.map(([, count]) => shareOf(count, rows)),
    ...(others === 0 ? {} : { other: shareOf(others, rows) }),
  };
}
