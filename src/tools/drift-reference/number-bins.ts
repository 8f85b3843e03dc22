import type { NumberBins } from '../../monitoring/drift/reference.js';
import type { InputType } from '../../protocol/row-layout.js';
import { float32Text } from '../score-file/score-lines.js';

/**
 * Bins with about the same number of rows. A value that many rows share, often 0, has its own bin. Values below the lowest or above the
 * highest value fall into bins in which the reference has no rows.
 *
 * @param sorted the finite values, ascending.
 * @param missing rows without a value.
 * @param most the most bins, at least 1.
 */
export function numberBins(sorted: Float64Array, missing: number, most: number, type: InputType): NumberBins {
  const rows = sorted.length + missing;
  const least = sorted[0] ?? 0;
  const greatest = sorted.at(-1) ?? 0;
  const starts: number[] = [];
  const counts: number[] = [];
  const target = sorted.length / most;
  let isClosed = true;
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] as number;
    let to = from + 1;
    while (to < sorted.length && sorted[to] === value) to += 1;
    const count = to - from;
    if (isClosed || (count >= target && most > 1)) {
      starts.push(value);
      counts.push(0);
    }
    counts[counts.length - 1] = (counts.at(-1) as number) + count;
    isClosed = (counts.at(-1) as number) >= target && most > 1;
    from = to;
  }
  const inside = counts.length === 0 ? [0] : counts;
  const end = above(greatest, type);
  // If no larger number exists, no value can be above.
  const ends = Number.isFinite(end) ? [end] : [];
  const edges = [...(starts.length === 0 ? [least] : starts), ...ends].map((edge) => written(edge, type));
  const shares = [0, ...inside, ...ends.map(() => 0)].map((count) => shareOf(count, rows));
  return missing === 0 ? { edges, shares } : { edges, shares, missing: shareOf(missing, rows) };
}

/** A share with few digits. */
export function shareOf(count: number, rows: number): number {
  return rows === 0 ? 0 : Number((count / rows).toFixed(6));
}

/** The shortest decimal number that is the same in the input's type. */
function written(edge: number, type: InputType): number {
  return type === 'float32' || type === 'float16' ? Number(float32Text(edge)) : edge;
}

/** The next number that the type can represent. */
function above(value: number, type: InputType): number {
  if (type === 'int64' || type === 'int32' || type === 'bool' || type === 'string')
    return value + Math.max(1, ulp(value));
  if (type === 'float64') return value + (ulp(value) || Number.MIN_VALUE);
  const step = 2 ** Math.max(Math.floor(Math.log2(Math.abs(value) || 2 ** -126)) - 23, -149);
  return Math.fround(value + step);
}

/** At least the distance from a number to the next one. */
function ulp(value: number): number {
  return Math.abs(value) * Number.EPSILON;
}
