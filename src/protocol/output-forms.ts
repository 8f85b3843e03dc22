// The meaning of a model's outputs, and how a score becomes a probability.

/** The forms of a model's score. A manifest names exactly one. */
export const scoreForms = ['logits', 'logit', 'probability', 'probabilities', 'score'] as const;

export type ScoreForm = (typeof scoreForms)[number];

/** The graph's outputs by meaning. Exactly one of the five score forms is given. */
export interface OutputSpec {
  /** Shape [rows, classes]. A softmax turns them into probabilities. */
  logits?: string;
  /** Shape [rows] or [rows, 1]. A sigmoid turns it into a probability. */
  logit?: string;
  /** Shape [rows] or [rows, 1], in [0, 1]. */
  probability?: string;
  /** Shape [rows, classes], each in [0, 1]. */
  probabilities?: string;
  /** Shape [rows] or [rows, 1]. Any monotone score; the calibration maps it to [0, 1]. */
  score?: string;
  /** The column of fraud in `logits` and `probabilities`. @default 1 for two classes; required for more */
  fraudClass?: number;
  /** The labels of `logits` and `probabilities`, in column order. */
  classes?: string[];
  /** Shape [rows] or [rows, 1], in [0, 1]. @default the probability */
  riskScore?: string;
  /** Shape [rows, n]. */
  attention?: string;
}

/** sigmoid(a · score + b) (Platt, 1999). */
export interface PlattCalibration {
  method: 'platt';
  a: number;
  b: number;
}

/** Linear between the points (x, y), constant outside them. */
export interface IsotonicCalibration {
  method: 'isotonic';
  /** Ascending. */
  x: number[];
  /** In [0, 1], ascending or descending. */
  y: number[];
}

/** A function that maps a score to a probability in [0, 1]: the field `calibration` of `model.json`. */
export type Calibration = PlattCalibration | IsotonicCalibration;

/** The form of a model's score. */
export function scoreFormOf(outputs: OutputSpec): ScoreForm {
  const form = scoreForms.find((name) => outputs[name] !== undefined);
  if (form === undefined) throw new Error('a model has no score');
  return form;
}

/** Whether a form has a column for each class. */
export function hasClasses(form: ScoreForm): boolean {
  return form === 'logits' || form === 'probabilities';
}

/** The outputs to fetch from the graph. */
export function outputNames(outputs: OutputSpec): string[] {
  const names = [outputs[scoreFormOf(outputs)], outputs.riskScore, outputs.attention];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** 1 / (1 + exp(−z)). NaN unless z is finite, because an overflow is not a valid score. */
export function sigmoid(z: number): number {
  return Number.isFinite(z) ? 1 / (1 + Math.exp(-z)) : Number.NaN;
}

/**
 * The second column of a two-class softmax: exp(b) / (exp(a) + exp(b)) = 1 / (1 + exp(a − b)). This form cannot overflow. NaN unless both
 * logits are finite, because an overflow is not a valid score.
 */
export function softmaxOfTwo(otherLogit: number, fraudLogit: number): number {
  const difference = otherLogit - fraudLogit;
  return Number.isFinite(difference) ? 1 / (1 + Math.exp(difference)) : Number.NaN;
}

/** One column of a softmax: 1 / Σ exp(other − this). NaN unless all logits are finite. */
export function softmaxOf(logits: ArrayLike<number>, first: number, columns: number, column: number): number {
  const own = logits[first + column] as number;
  let sum = 0;
  for (let index = 0; index < columns; index += 1) {
    const difference = (logits[first + index] as number) - own;
    if (!Number.isFinite(difference)) return Number.NaN;
    sum += Math.exp(difference);
  }
  return 1 / sum;
}

/** A calibration as a function. A score that is not finite gives NaN. */
export function calibrator(calibration: Calibration): (score: number) => number {
  if (calibration.method === 'platt') {
    const { a, b } = calibration;
    return (score) => (Number.isFinite(score) ? sigmoid(a * score + b) : Number.NaN);
  }
  const { x, y } = calibration;
  return (score) => (Number.isFinite(score) ? interpolated(x, y, score) : Number.NaN);
}

/** Uses bisection, because a calibration may have thousands of points. */
function interpolated(x: readonly number[], y: readonly number[], score: number): number {
  let [low, high] = [0, x.length - 1];
  if (score <= (x[low] as number)) return y[low] as number;
  if (score >= (x[high] as number)) return y[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((x[middle] as number) <= score) low = middle;
    else high = middle;
  }
  const [x0, y0] = [x[low] as number, y[low] as number];
  const share = (score - x0) / ((x[high] as number) - x0);
  // Weighted from both ends, so that rounding never leaves the interval.
  return y0 * (1 - share) + (y[high] as number) * share;
}
