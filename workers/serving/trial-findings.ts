import type { Issue } from '../../src/errors/issue.js';
import type { OutputSpec, TrialReport } from '../../src/protocol/serving.js';
import { type RowScores, rounded } from './row-scores.js';
import { changeIn } from './trial-changes.js';
import type { TrialRun } from './trial-run.js';

/** A score may be outside [0, 1] by so much for rounding alone. */
const rangeTolerance = 1e-3;

/** Two columns that add up to 1 within this, row by row, are probabilities. float16 has three decimal digits. */
const sumTolerance = 2e-3;

/** A model without a score for this share of the rows is made for others: how far its scores go says little then. */
const doubtfulShare = 0.1;

/** Says what is wrong with a model by its trial, and what is merely worth knowing. */
export function judgeTrial(run: TrialRun, outputs: OutputSpec): TrialReport {
  const usable = run.plausible.filter((scores) => scores !== null).filter(isUsable);
  const isDoubtful = run.plausible.length - usable.length >= doubtfulShare * run.plausible.length;
  const issues: Issue[] = [];
  const notes: string[] = [];
  const ranges = {
    probability: usable.map(({ fraudProbability }) => fraudProbability),
    riskScore: usable.map(({ riskScore }) => riskScore ?? 0),
  };
  for (const field of ['probability', 'riskScore'] as const) {
    if (outputs[field] === undefined) continue;
    const { problem, note } = judgeRange(ranges[field], isDoubtful);
    if (problem !== null) issues.push({ path: `outputs.${field}`, expected: 'scores in [0, 1]', received: problem });
    if (note !== null) notes.push(`outputs.${field}: ${note}`);
  }
  if (outputs.logits !== undefined) {
    if (areProbabilities(usable)) issues.push(doubleSoftmax);
    else if (areSigmoids(usable)) notes.push(perhapsSigmoids);
  }
  const change = changeIn(run);
  if (change !== null) {
    const { field, expected, received } = change;
    issues.push({ path: `outputs.${outputs[field] === undefined ? 'logits' : field}`, expected, received });
  }
  return { issues, notes: [...notes, ...notesOn(run, usable)] };
}

function isUsable({ fraudProbability, riskScore }: RowScores): boolean {
  return Number.isFinite(fraudProbability) && Number.isFinite(riskScore ?? 0);
}

/** @param isDoubtful whether the rows seem not to be such as the model is made for. */
function judgeRange(values: readonly number[], isDoubtful: boolean): { problem: string | null; note: string | null } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [isBelow, isAbove] = [low < -rangeTolerance, high > 1 + rangeTolerance];
  const seen = `${rounded(low)} to ${rounded(high)} on ${values.length} invented rows`;
  if (!isBelow && !isAbove) {
    // Nothing was seen at all where there are no values.
    if (values.length === 0 || (low >= 0 && high <= 1)) return { problem: null, note: null };
    return {
      problem: null,
      note: `${seen}; a request whose score is outside [0, 1] fails, if only by rounding: clip it in the graph`,
    };
  }
  if (isDoubtful && !(isBelow && isAbove)) {
    return { problem: null, note: `${seen}; a request whose score is outside [0, 1] fails` };
  }
  const cause = isBelow
    ? 'this looks like a raw logit, or the score of an anomaly detector: append a Sigmoid, or what else maps it to [0, 1], to the graph'
    : 'this looks like the score of an anomaly detector, a distance or a percentage: have the graph map it to [0, 1]';
  return { problem: `${seen}; ${cause}`, note: null };
}

const doubleSoftmax: Issue = {
  path: 'outputs.logits',
  expected: 'logits, as they are before softmax',
  received:
    'probabilities: the two columns are never negative and add up to 1, or to 100, in every invented row; a second softmax would keep every ' +
    "score between 0.27 and 0.73, so that nothing is ever blocked, or make it 0 or 1. Name the output in front of the graph's Softmax, or have the graph take the column " +
    'of fraud (Gather or Slice) and name that as outputs.probability',
};

const perhapsSigmoids =
  'outputs.logits: both columns are in [0, 1] in every invented row, so that every score is between 0.27 and 0.73: ' +
  'are they the outputs of a Sigmoid? Then have the graph take the column of fraud, and name that as outputs.probability';

/** Whether what is declared as logits has had its softmax. A constant may add up to 1 by chance. */
function areProbabilities(rows: readonly RowScores[]): boolean {
  const isConstant = rows.every(({ logits }) => logits?.[1] === rows[0]?.logits?.[1]);
  if (isConstant) return false;
  return [1, 100].some((total) =>
    rows.every(({ logits }) => {
      if (logits === null) return false;
      const [first, second] = logits;
      return areWithin(logits, total) && Math.abs(first + second - total) <= sumTolerance * total;
    }),
  );
}

/** Whether two columns that differ from row to row look as if each had had a sigmoid. */
function areSigmoids(rows: readonly RowScores[]): boolean {
  const [first] = rows;
  if (first === undefined || rows.every((scores) => isSame(scores, first))) return false;
  return rows.every(({ logits }) => logits !== null && areWithin(logits, 1));
}

/** Whether both are in [0, total], but for rounding. */
function areWithin(logits: readonly [number, number], total: number): boolean {
  return Math.min(...logits) >= -sumTolerance * total && Math.max(...logits) <= (1 + sumTolerance) * total;
}

function notesOn({ plausible, failure }: TrialRun, usable: readonly RowScores[]): string[] {
  const notes: string[] = [];
  const failed = plausible.filter((scores) => scores === null).length;
  const without = plausible.length - failed - usable.length;
  if (failure !== null) {
    notes.push(
      `the runtime failed on some invented rows (${failure}): such a request fails; is the model made for other values?`,
    );
  }
  if (without > 0) {
    notes.push(
      `${without} of ${plausible.length} invented rows got no score (no finite number): such a request fails; is the model made for other values?`,
    );
  }
  const [first] = usable;
  if (first !== undefined && usable.length > 1 && usable.every((scores) => isSame(scores, first))) {
    notes.push(
      `all ${usable.length} invented rows got the same score, ${rounded(first.fraudProbability)}: is the model trained, and made for other values?`,
    );
  }
  return notes;
}

function isSame(a: RowScores, b: RowScores): boolean {
  return a.fraudProbability === b.fraudProbability && a.riskScore === b.riskScore;
}
