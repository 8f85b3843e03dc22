/** The value held within [low, high]. */
export function clip(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** ln of how many times larger one amount is than another, within ±5. One unit is added so that zero has a logarithm. */
export function logRatio(amount: number, reference: number): number {
  return clip(Math.log((amount + 1) / (reference + 1)), -5, 5);
}

/** ln(1 + count): the difference between 1 and 2 matters more than the one between 101 and 102. */
export function logCount(count: number): number {
  return Math.log1p(count);
}

/**
 * Days, at most 40; undefined (it never happened) counts as 40. What goes on growing would make a model trained in one
 * month meet numbers in the next that it has never seen.
 */
export function daysUpTo40(days: number | undefined): number {
  return days === undefined ? 40 : Math.min(days, 40);
}

/** ln(1 + minutes), with a never that is as long as 40 days. */
export function logMinutes(durationMs: number | undefined): number {
  const longestMinutes = 40 * 24 * 60;
  return Math.log1p(durationMs === undefined ? longestMinutes : Math.min(durationMs / 60_000, longestMinutes));
}

/** A mean pulled towards a prior, which counts as much as `weight` observations: no history gives the prior. */
export function shrunkMean(sum: number, count: number, prior: number, weight: number): number {
  return (sum + prior * weight) / (count + weight);
}

/**
 * A standard deviation pulled towards half of the mean, which counts as much as three observations
 * (half of the mean is what people's amounts are commonly found to scatter by).
 */
export function shrunkDeviation(sumOfSquares: number, sum: number, count: number, mean: number): number {
  const ownMean = count > 0 ? sum / count : 0;
  const variance = count > 0 ? Math.max(0, sumOfSquares / count - ownMean * ownMean) : 0;
  const prior = 0.5 * mean + 0.5;
  return Math.sqrt((count * variance + 3 * prior * prior) / (count + 3));
}

/** Deviations from the mean, linear up to 3 and logarithmic beyond, so that one wild amount stays in proportion. */
export function deviations(value: number, mean: number, deviation: number): number {
  const z = (value - mean) / (deviation + 1e-6);
  const size = Math.abs(z);
  if (size <= 3) return z;
  return Math.sign(z) * Math.min(3 * (1 + Math.log(size / 3)), 15);
}
