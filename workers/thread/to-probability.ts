import {
  calibrator,
  type ScoreForm,
  scoreFormOf,
  sigmoid,
  softmaxOf,
  softmaxOfTwo,
} from '../../src/protocol/output-forms.js';
import type { ModelSpec } from '../../src/protocol/serving.js';

/** The probabilities of some rows, from the graph's output: [rows, columns]. */
export type ToProbability = (raw: Float32Array, rows: number) => Float32Array | Float64Array;

/** How this model's output becomes a probability. Explanations need it in float64, if it is not already float32. */
export function probabilityReader({ outputs, calibration }: ModelSpec, columns: number): ToProbability {
  const form = scoreFormOf(outputs);
  if (calibration === undefined && (form === 'probability' || form === 'score')) return (raw) => raw;
  const uncalibrated = rowReader(form, columns, outputs.fraudClass ?? 1);
  const calibrate = calibration === undefined ? null : calibrator(calibration);
  return (raw, rows) => {
    const probabilities = new Float64Array(rows);
    for (let row = 0; row < rows; row += 1) {
      const value = uncalibrated(raw, row);
      probabilities[row] = calibrate === null ? value : calibrate(value);
    }
    return probabilities;
  };
}

/** The probability of one row, before calibration. */
function rowReader(form: ScoreForm, columns: number, fraud: number): (raw: Float32Array, row: number) => number {
  if (form === 'logits' && columns === 2) {
    return (raw, row) => softmaxOfTwo(raw[2 * row + 1 - fraud] as number, raw[2 * row + fraud] as number);
  }
  if (form === 'logits') return (raw, row) => softmaxOf(raw, row * columns, columns, fraud);
  if (form === 'probabilities') return (raw, row) => raw[row * columns + fraud] as number;
  if (form === 'logit') return (raw, row) => sigmoid(raw[row] as number);
  return (raw, row) => raw[row] as number;
}
