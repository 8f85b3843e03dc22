import type { Issue } from '../../src/errors/issue.js';
import { isProbability } from '../../src/protocol/outputs.js';
import { type RowScores, rounded } from './row-scores.js';

/** Fewer rows than this may have the same score by chance, like rows in the same leaf of a tree. */
const tellingCases = 8;

/** The most cases that a message names. */
const maxNamed = 5;

/**
 * Judges the scores of the rows of `cases.json`. The model is made for these rows, so each must have a score, and the scores must differ.
 *
 * @param cases null for a row on which the runtime fails.
 * @param isConstant whether all synthetic rows have the same score.
 */
export function judgeCases(cases: readonly (RowScores | null)[], isConstant: boolean): Issue[] {
  const without = cases.flatMap((scores, index) => (hasScores(scores) ? [] : [index]));
  if (without.length > 0) {
    const named = without.slice(0, maxNamed).join(', ');
    const more = without.length > maxNamed ? ` and ${without.length - maxNamed} more` : '';
    const received = `none (the runtime fails, or gives no finite number, or one outside [0, 1]) for case ${named}${more}`;
    return [{ path: 'cases.json', expected: 'a score in [0, 1] for each row', received }];
  }
  const [first] = cases;
  if (first == null || cases.length < 2 || (cases.length < tellingCases && !isConstant)) return [];
  if (!cases.every((scores) => scores !== null && isSame(scores, first))) return [];
  const received = `the same score, ${rounded(first.fraudProbability)}, for all ${cases.length} rows: is the model trained, and are its inputs what it was trained on?`;
  return [{ path: 'cases.json', expected: 'scores that differ from row to row', received }];
}

function hasScores(scores: RowScores | null): boolean {
  return scores !== null && isProbability(scores.fraudProbability) && isProbability(scores.riskScore ?? 0);
}

export function isSame(a: RowScores, b: RowScores): boolean {
  return a.fraudProbability === b.fraudProbability && a.riskScore === b.riskScore;
}
