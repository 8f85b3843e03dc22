import { median } from './statistics.js';

export interface Sample {
  /** Seconds from the start. */
  seconds: number;
  value: number;
}

/** The median of each window of so many seconds, at the window's middle; an unfinished last window is left out. */
export function windowMedians(samples: readonly Sample[], windowSeconds: number): Sample[] {
  const windows = new Map<number, number[]>();
  for (const { seconds, value } of samples) {
    const window = Math.floor(seconds / windowSeconds);
    const values = windows.get(window);
    if (values === undefined) windows.set(window, [value]);
    else values.push(value);
  }
  const last = samples.at(-1)?.seconds ?? 0;
  return [...windows]
    .filter(([window]) => (window + 1) * windowSeconds <= last + windowSeconds / 10)
    .map(([window, values]) => ({ seconds: (window + 0.5) * windowSeconds, value: median(values) }));
}

/**
 * How far a straight line through the samples (least squares) rises from the first to the last, as a share of where it begins.
 *
 * @returns null where fewer than two samples are there.
 */
export function riseInAll(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || first === last) return null;
  const count = samples.length;
  const meanSeconds = samples.reduce((sum, { seconds }) => sum + seconds, 0) / count;
  const meanValue = samples.reduce((sum, { value }) => sum + value, 0) / count;
  let [covariance, variance] = [0, 0];
  for (const { seconds, value } of samples) {
    covariance += (seconds - meanSeconds) * (value - meanValue);
    variance += (seconds - meanSeconds) ** 2;
  }
  const perSecond = covariance / variance;
  const start = meanValue + perSecond * (first.seconds - meanSeconds);
  return (perSecond * (last.seconds - first.seconds)) / start;
}
