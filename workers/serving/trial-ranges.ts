import type { Issue } from '../../src/errors/issue.js';
import type { ScoreForm } from '../../src/protocol/output-forms.js';
import { type RowScores, rounded } from './row-scores.js';

/** A score may be outside [0, 1] by this much because of rounding. */
const rangeTolerance = 1e-3;

/** If the columns of each row add up to 1 within this, they are probabilities. float16 has three decimal digits. */
const sumTolerance = 2e-3;

/** A single column of logits that never leaves [0, 1] and covers this much of it is not a logit. */
const coveredByProbabilities = 0.9;

/** A problem or a remark; null if there is none. */
export interface Finding {
  problem: Issue | null;
  note: string | null;
}

const nothing: Finding = { problem: null, note: null };

/**
 * Judges whether scores are in [0, 1].
 *
 * @param field a field of the manifest's outputs.
 * @param isDoubtful whether the model seems to be made for other rows.
 */
export function judgeRange(field: ScoreForm | 'riskScore', values: readonly number[], isDoubtful: boolean): Finding {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  // Without values, there is nothing to judge.
  if (values.length === 0 || (low >= 0 && high <= 1)) return nothing;
  const [isBelow, isAbove] = [low < -rangeTolerance, high > 1 + rangeTolerance];
  const path = `outputs.${field}`;
  const seen = `${rounded(low)} to ${rounded(high)} on invented rows`;
  const fails = 'a request whose score is outside [0, 1] fails';
  if (!isBelow && !isAbove) {
    return { problem: null, note: `${path}: ${seen}; ${fails}, if only by rounding: clip it in the graph` };
  }
  if (isDoubtful && !(isBelow && isAbove)) return { problem: null, note: `${path}: ${seen}; ${fails}` };
  const received = `${seen}; ${causeOf(field, isBelow)}`;
  return { problem: { path, expected: 'scores in [0, 1]', received }, note: null };
}

function causeOf(field: ScoreForm | 'riskScore', isBelow: boolean): string {
  if (field === 'riskScore')
    return 'this looks like a logit, a distance or a percentage: have the graph map it to [0, 1], or leave outputs.riskScore out, and the risk is the probability';
  if (field === 'probabilities')
    return isBelow ? looksLikeLogits : `${looksLikeLogits}. If they are percentages, divide them by 100 in the graph`;
  if (!isBelow) {
    return (
      'this looks like a distance or the score of an anomaly detector: name it as outputs.score and give a calibration. ' +
      'If it is a percentage, divide it by 100 in the graph'
    );
  }
  return (
    'this looks like a raw logit, or the score of an anomaly detector. Name a logit as outputs.logit, which gets a sigmoid; ' +
    'name an anomaly score as outputs.score, with a calibration that maps it to [0, 1]'
  );
}

const looksLikeLogits = 'these look like raw logits: name them as outputs.logits, which get a softmax';

/** Judges whether declared logits have already passed a softmax or sigmoid, and whether probabilities add up to 1. */
export function judgeForm(form: ScoreForm, rows: readonly RowScores[]): Finding {
  if (form === 'logits') return judgeLogits(rows);
  if (form === 'logit') return judgeLogit(rows);
  if (
    form === 'probabilities' &&
    rows.some(({ raw }) => !addsUpTo(raw, 1)) &&
    rows.every(({ raw }) => areWithin(raw, 1))
  ) {
    return {
      problem: null,
      note: "outputs.probabilities: a row's probabilities do not add up to 1, as those of classes that are judged one by one do not",
    };
  }
  return nothing;
}

function judgeLogits(rows: readonly RowScores[]): Finding {
  // A constant may add up to 1 by chance.
  if (rows.every(({ raw }) => isSameList(raw, rows[0]?.raw ?? []))) return nothing;
  if (areProbabilities(rows, 1)) return { problem: doubleSoftmax, note: null };
  if (areProbabilities(rows, 100)) return { problem: percentages, note: null };
  return rows.every(({ raw }) => areWithin(raw, 1)) ? { problem: null, note: perhapsSigmoids } : nothing;
}

function judgeLogit(rows: readonly RowScores[]): Finding {
  const values = rows.flatMap(({ raw }) => raw);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) return nothing;
  if (!areWithin(values, 1)) return low >= 0 ? { problem: null, note: neverNegative(low, high, rows.length) } : nothing;
  const seen = `${rounded(low)} to ${rounded(high)} on ${rows.length} invented rows; a second sigmoid would keep every score between 0.5 and 0.73`;
  const advice = 'name it as outputs.probability';
  if (high - low < coveredByProbabilities) {
    return { problem: null, note: `outputs.logit: ${seen}: if it has had its sigmoid, ${advice}` };
  }
  const received = `a probability: ${seen}, so that nothing is ever blocked. So ${advice}`;
  return { problem: { path: 'outputs.logit', expected: 'a logit, as it is before the sigmoid', received }, note: null };
}

function neverNegative(low: number, high: number, rows: number): string {
  return (
    `outputs.logit: ${rounded(low)} to ${rounded(high)} on ${rows} invented rows, so that every score is above 0.5: a logit is negative for most ` +
    'rows. If this is a distance or the score of an anomaly detector, name it as outputs.score with a calibration'
  );
}

const expectedLogits = 'logits, as they are before softmax';

const doubleSoftmax: Issue = {
  path: 'outputs.logits',
  expected: expectedLogits,
  received:
    'probabilities: the columns are never negative and add up to 1 in every invented row; a second softmax would keep every score of two ' +
    'classes between 0.27 and 0.73, so that nothing is ever blocked. Name this output as outputs.probabilities',
};

const percentages: Issue = {
  path: 'outputs.logits',
  expected: expectedLogits,
  received:
    'percentages: the columns are never negative and add up to 100 in every invented row; a softmax would make every score 0 or 1. ' +
    'Divide them by 100 in the graph, and name the output as outputs.probabilities',
};

const perhapsSigmoids =
  'outputs.logits: all columns are in [0, 1] in every invented row, so that every score of two classes is between 0.27 and 0.73: ' +
  'are they the outputs of a Sigmoid? Then name the output as outputs.probabilities';

function areProbabilities(rows: readonly RowScores[], total: number): boolean {
  return rows.every(({ raw }) => areWithin(raw, total) && addsUpTo(raw, total));
}

/** Whether all values are in [0, total], except for rounding. */
function areWithin(values: readonly number[], total: number): boolean {
  return Math.min(...values) >= -sumTolerance * total && Math.max(...values) <= (1 + sumTolerance) * total;
}

function addsUpTo(values: readonly number[], total: number): boolean {
  return Math.abs(values.reduce((sum, value) => sum + value, 0) - total) <= sumTolerance * total;
}

function isSameList(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, index) => value === b[index]);
}
