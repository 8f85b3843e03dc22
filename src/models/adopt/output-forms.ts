import type { ScoreForm } from '../../protocol/output-forms.js';
import { endingOf } from './ending.js';
import type { OnnxGraph } from './onnx-graph.js';
import type { Axis } from './row-inputs.js';

/** An output of the graph in a trial run. */
export interface SeenOutput {
  name: string;
  type: string;
  /** The axes in a run of several rows. */
  axes: readonly Axis[];
  /** The values of each row; null if they are texts, or if the rows cannot be separated. */
  rows: readonly (readonly number[])[] | null;
}

/** The possible meanings of an output. */
export type Verdict =
  | { kind: 'score'; form: ScoreForm; why: string }
  | { kind: 'risk' }
  | { kind: 'attention' }
  /** A single number per row that says how unusual the row is. It becomes a score with a calibration. */
  | { kind: 'anomaly'; why: string }
  /** It may have one of several meanings, and the graph does not say which. */
  | { kind: 'unclear'; forms: readonly ScoreForm[]; why: string }
  | { kind: 'unusable'; why: string };

/** float16 has three digits. */
const sumTolerance = 5e-3;

/**
 * Finds the possible meanings of an output, from its operators, its name and its values for synthetic rows.
 *
 * @param inputSizes values per row of each input. An autoencoder returns the same number.
 * @param isDetector whether another output is a label of 1 and −1, as outlier detectors give it.
 */
export function judgeOutput(
  graph: OnnxGraph,
  output: SeenOutput,
  inputSizes: readonly number[],
  isDetector: boolean,
): Verdict {
  const { name, type, axes, rows } = output;
  if (!/^float/.test(type)) return { kind: 'unusable', why: `values of type ${type}, such as labels` };
  if (rows === null || axes.length === 0) return { kind: 'unusable', why: 'no value for each row' };
  const width = rows[0]?.length ?? 0;
  if (width === 0) return { kind: 'unusable', why: 'no values' };
  if (/^attention(_?weights)?$/i.test(name)) return { kind: 'attention' };
  const finite = rows.filter((row) => row.every(Number.isFinite));
  if (axes.slice(1).some((axis, index) => axis !== 1 && index < axes.length - 2)) {
    return { kind: 'unusable', why: `[rows, ${axes.slice(1).join(', ')}] values` };
  }
  const ending = endingOf(graph, name);
  return width === 1
    ? judgeColumn(name, ending, finite, isDetector)
    : judgeTable(name, ending, finite, width, inputSizes);
}

function judgeColumn(
  name: string,
  ending: ReturnType<typeof endingOf>,
  rows: readonly (readonly number[])[],
  isDetector: boolean,
): Verdict {
  const isWithin = rows.every(([value = Number.NaN]) => value >= 0 && value <= 1);
  if (isWithin && ending === 'probability') {
    if (/risk/i.test(name)) return { kind: 'risk' };
    return { kind: 'score', form: 'probability', why: 'a probability' };
  }
  if (isDetector)
    return { kind: 'anomaly', why: 'the score of a detector of outliers, as it is beside labels of 1 and −1' };
  if (ending === 'distance' || /anomal|error|distance|mse|reconstruct|outlier/i.test(name)) {
    return { kind: 'anomaly', why: 'a distance, which has no upper end' };
  }
  if (/logit/i.test(name) && !/logistic/i.test(name))
    return { kind: 'score', form: 'logit', why: 'a logit, by its name' };
  if (isWithin && /risk/i.test(name)) return { kind: 'risk' };
  if (isWithin && /prob|fraud/i.test(name))
    return { kind: 'score', form: 'probability', why: 'a probability, by its name' };
  if (/score|decision|loss|energy/i.test(name)) return { kind: 'anomaly', why: 'a score, by its name' };
  if (ending === 'linear')
    return { kind: 'score', form: 'logit', why: 'a logit, as it comes from a layer without an activation' };
  const forms: ScoreForm[] = isWithin ? ['probability', 'logit', 'score'] : ['logit', 'score'];
  return { kind: 'unclear', forms, why: `one number a row, ${isWithin ? 'all of them' : 'not all'} in [0, 1]` };
}

function judgeTable(
  name: string,
  ending: ReturnType<typeof endingOf>,
  rows: readonly (readonly number[])[],
  width: number,
  inputSizes: readonly number[],
): Verdict {
  const isWithin = rows.every((row) => row.every((value) => value >= -1e-6 && value <= 1 + 1e-6));
  const sumsToOne = rows.every((row) => Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= sumTolerance);
  const what = `${width} numbers a row`;
  if (rows.length > 0 && isWithin && sumsToOne && !/logit/i.test(name)) {
    return { kind: 'score', form: 'probabilities', why: 'probabilities: each row sums to 1' };
  }
  if (rows.length === 0 && ending === 'probability') {
    return { kind: 'score', form: 'probabilities', why: 'probabilities, by the operator they come from' };
  }
  if (/logit/i.test(name)) return { kind: 'score', form: 'logits', why: 'logits, by their name' };
  if (ending === 'logProbability') return { kind: 'score', form: 'logits', why: 'logarithms of probabilities' };
  if (ending === 'probability') {
    const why = isWithin
      ? `${what} that do not sum to 1: several answers, not classes of one`
      : `${what}, raw scores of a classifier: export its probabilities (raw_scores=False)`;
    return { kind: 'unusable', why };
  }
  if (inputSizes.includes(width) && width > 2) {
    return { kind: 'unusable', why: `${what}, as many as an input has: the input again, as an autoencoder gives it` };
  }
  if (inputSizes.includes(width))
    return { kind: 'unclear', forms: ['logits'], why: `${what}, as many as an input has` };
  if (ending === 'linear')
    return { kind: 'score', form: 'logits', why: 'logits, as they come from a layer without an activation' };
  return { kind: 'unclear', forms: ['logits', 'probabilities'], why: what };
}
