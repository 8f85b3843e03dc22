import type { InputSpec } from '../../src/protocol/serving.js';

/** The rows of a trial: `features` holds them one behind the other, the rest says which of them is what. */
export interface TrialRows {
  /** Raw features, as a request has them. */
  features: Float32Array;
  /** Rows that a model may meet. */
  plausible: number[];
  /** Rows whose scores are compared: plausible ones, and such as are larger, smaller or all zeros. */
  targets: number[];
  /** Plausible rows made a thousand times as large. */
  loud: number[];
  /** The row of zeros. */
  zeros: number;
}

/** Plausible rows that are compared, and how many of them are tried larger and smaller too. */
const maxTargets = 24;
const maxScaled = 4;

const scales = [0.1, 10] as const;
const loudness = 1_000;

const largestFloat = 3.4028234663852886e38;

/**
 * Makes the rows of a trial from plausible ones.
 *
 * @param plausible raw features, row after row.
 */
export function trialRows(inputs: readonly InputSpec[], plausible: Float32Array): TrialRows {
  const means = inputs.flatMap(({ size, mean }) => mean ?? new Array<number>(size).fill(0));
  const size = means.length;
  const count = plausible.length / size;
  const compared = Math.min(count, maxTargets);
  const scaled = Math.min(count, maxScaled);
  const total = count + scales.length * scaled + 1 + compared;
  const features = new Float32Array(total * size);
  features.set(plausible);
  let next = count;
  /** Appends plausible rows, further from the means or nearer to them. */
  const append = (rows: number, scale: number): number[] =>
    Array.from({ length: rows }, (_, row) => {
      for (let column = 0; column < size; column += 1) {
        const mean = means[column] ?? 0;
        const value = mean + scale * ((plausible[row * size + column] ?? 0) - mean);
        features[next * size + column] = Math.min(Math.max(value, -largestFloat), largestFloat);
      }
      next += 1;
      return next - 1;
    });
  const others = scales.flatMap((scale) => append(scaled, scale));
  const loud = append(compared, loudness);
  // The last row is left as it is.
  const zeros = total - 1;
  const all = Array.from({ length: count }, (_, row) => row);
  return { features, plausible: all, targets: [...all.slice(0, compared), ...others, zeros], loud, zeros };
}
