/** What several runs gave. */
export interface Figure {
  median: number;
  lowest: number;
  highest: number;
  /** Of each run, in order. */
  values: readonly number[];
}

/** @throws {RangeError} without a value, or where one is no finite number: a figure of nothing is none. */
export function figureOf(values: readonly number[]): Figure {
  if (values.length === 0 || !values.every(Number.isFinite)) {
    throw new RangeError(`values: expected at least one finite number, received [${values.join(', ')}]`);
  }
  const kept = values.map(significant);
  return {
    median: significant(median(values)),
    lowest: Math.min(...kept),
    highest: Math.max(...kept),
    values: kept,
  };
}

/** The middle value: what a noisy machine disturbs least. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Of each pair of neighbouring slices, so that what the machine did to both cancels out. */
export function ratiosOf(above: readonly number[], below: readonly number[]): number[] {
  return above.map((value, index) => value / (below[index] ?? Number.NaN));
}

/** Of each pair of neighbouring slices. */
export function differencesOf(values: readonly number[], floors: readonly number[]): number[] {
  return values.map((value, index) => value - (floors[index] ?? Number.NaN));
}

/** Five digits: more is noise that makes every file differ. */
function significant(value: number): number {
  return Number(value.toPrecision(5));
}
