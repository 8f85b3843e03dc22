import { boundedTo, isFloatType } from '../../src/protocol/input-values.js';
import { placeOf, rowLayoutOf, rowViewsOf } from '../../src/protocol/row-layout.js';
import type { InputSpec } from '../../src/protocol/serving.js';

/** The rows of a trial. `features` holds them one after the other; the other fields tell the kind of each row. */
export interface TrialRows {
  /** Raw features, as in a request. */
  features: Float32Array;
  /** Rows that a model may meet. */
  plausible: number[];
  /** For the same rows, whether a value is missing and is passed to the model as NaN. */
  haveGaps: boolean[];
  /** Rows whose scores are compared: plausible rows, larger and smaller ones, and zeros. */
  targets: number[];
  /** Plausible rows multiplied by a thousand. */
  loud: number[];
  /** The row of zeros. */
  zeros: number;
}

/** The most plausible rows that are compared, and how many of them are also tried larger and smaller. */
const maxTargets = 24;
const maxScaled = 4;

const scales = [0.1, 10] as const;
const loudness = 1_000;

/**
 * Makes the rows of a trial from plausible rows.
 *
 * @param plausible raw features, row after row.
 */
export function trialRows(inputs: readonly InputSpec[], plausible: Float32Array): TrialRows {
  const { size } = rowLayoutOf(inputs);
  const count = plausible.length / size;
  const compared = Math.min(count, maxTargets);
  const scaled = Math.min(count, maxScaled);
  const total = count + scales.length * scaled + 1 + compared;
  const features = new Float32Array(total * size);
  features.set(plausible);
  const scale = scalerOf(inputs, features);
  let next = count;
  /** Appends plausible rows that are moved away from the means, or towards them. */
  const append = (rows: number, factor: number): number[] =>
    Array.from({ length: rows }, (_, row) => {
      features.copyWithin(next * size, row * size, (row + 1) * size);
      scale(next, factor);
      next += 1;
      return next - 1;
    });
  const others = scales.flatMap((factor) => append(scaled, factor));
  const loud = append(compared, loudness);
  // The last row stays unchanged.
  const zeros = total - 1;
  const all = Array.from({ length: count }, (_, row) => row);
  const haveGaps = gapsIn(inputs, features, count);
  return { features, plausible: all, haveGaps, targets: [...all.slice(0, compared), ...others, zeros], loud, zeros };
}

/** Whether each of the first rows has a value that is NaN. */
function gapsIn(inputs: readonly InputSpec[], features: Float32Array, count: number): boolean[] {
  const layout = rowLayoutOf(inputs);
  const float64 = layout.isFloat32 ? new Float64Array() : rowViewsOf(features.buffer).float64;
  const floats = layout.inputs.filter(({ type }) => isFloatType(type));
  return Array.from({ length: count }, (_, row) =>
    floats.some((input) => {
      const first = placeOf(input, row * layout.size + input.offset);
      return (input.type === 'float64' ? float64 : features).subarray(first, first + input.size).some(Number.isNaN);
    }),
  );
}

/** Moves a row's values away from their means, or towards them. Integers and texts stay unchanged, because they may be categories. */
function scalerOf(inputs: readonly InputSpec[], features: Float32Array): (row: number, factor: number) => void {
  const layout = rowLayoutOf(inputs);
  const float64 = layout.isFloat32 ? new Float64Array() : rowViewsOf(features.buffer).float64;
  const scaled = layout.inputs.flatMap((input, index) =>
    isFloatType(input.type) ? [{ input, mean: inputs[index]?.mean }] : [],
  );
  return (row, factor) => {
    for (const { input, mean } of scaled) {
      const values = input.type === 'float64' ? float64 : features;
      const first = placeOf(input, row * layout.size + input.offset);
      for (let column = 0; column < input.size; column += 1) {
        const centre = mean?.[column] ?? 0;
        const value = centre + factor * ((values[first + column] ?? 0) - centre);
        values[first + column] = boundedTo(input.type, value);
      }
    }
  };
}
