import { correctedShare, stabilityTerm } from '../population-stability.js';
import type { ScoreHistogram } from './score-histogram.js';

const deciles = 10;

/**
 * The population stability index Σ (a − e) · ln(a / e). The bins are the deciles of the expected scores. It is 0 for equal counts and never
 * negative. For two samples of one distribution it is about (bins − 1) · (1/n + 1/m), or less if the samples are paired.
 *
 * @returns null if either has no samples.
 */
export function populationStability(expected: ScoreHistogram, actual: ScoreHistogram): number | null {
  if (expected.count === 0 || actual.count === 0) return null;
  const bins = decileBins(expected, actual);
  let index = 0;
  for (const bin of bins) {
    const expectedShare = correctedShare(bin.expected, expected.count, bins.length);
    const actualShare = correctedShare(bin.actual, actual.count, bins.length);
    index += stabilityTerm(expectedShare, actualShare);
  }
  return index;
}

interface Bin {
  expected: number;
  actual: number;
}

/**
 * Counts by deciles of the expected scores. If a fine bin has at least a decile (for example a score that many rows share), it gets its own
 * bin, so that scores that move away from it leave the bin.
 */
function decileBins({ counts, count }: ScoreHistogram, { counts: actualCounts }: ScoreHistogram): Bin[] {
  const bins: Bin[] = [];
  let open: Bin = { expected: 0, actual: 0 };
  let seen = 0;
  let decile = 1;
  const close = (): void => {
    if (open.expected + open.actual > 0) bins.push(open);
    open = { expected: 0, actual: 0 };
  };
  for (let index = 0; index < counts.length; index += 1) {
    const expected = counts[index] as number;
    const standsAlone = expected * deciles >= count;
    if (standsAlone) close();
    open.expected += expected;
    open.actual += actualCounts[index] as number;
    seen += expected;
    const isDecile = seen * deciles >= decile * count && decile < deciles;
    if (isDecile) decile = Math.floor((seen * deciles) / count) + 1;
    if (standsAlone || isDecile) close();
  }
  close();
  return bins;
}
