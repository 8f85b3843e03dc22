import type { Issue } from '../../errors.js';
import type { RowProblem } from './raw-row.js';

/** Advice for callers of `score`, and the matching advice for authors of a JSON file. */
const advice: readonly (readonly [string, string])[] = [
  ['a number beyond 2^53 − 1 (pass a bigint)', 'a number beyond 2^53 − 1, which loses digits (write it in quotes)'],
  ['a bigint beyond the range of int64', 'an integer beyond the range of int64'],
  ['(convert it with Number)', '(write it without quotes)'],
  ['(convert it with String)', '(write it in quotes)'],
  ['(pass 1 or 0)', '(write 1 or 0)'],
];

/** Describes a refused value for a JSON file. @param isRequest whether the features are in the row's field `features`. */
export function jsonProblem({ path, expected, received }: Issue, isRequest: boolean): RowProblem {
  const isMissing = received === 'nothing' || received === 'null';
  return {
    column: isRequest ? path : path.replace(/^features\./, ''),
    expected: isMissing ? `${expected} (model.json does not say what a missing one is)` : expected,
    received: advice.reduce((text, [before, after]) => text.replace(before, after), received),
  };
}
