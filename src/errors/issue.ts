import { escapeControls } from './foreign-names.js';

/** One problem in a request, in options or in a model directory. */
export interface Issue {
  /** Where the problem is, e.g. `features.user_features[3]`. */
  path: string;
  /** What was expected, e.g. `a finite number`. */
  expected: string;
  /** The kind of value that was received, and, if it is short, what to do about it. Never a feature value, an id or an amount. */
  received: string;
}

/** The issues in one line. `total` also counts those that are not listed. */
export function describeIssues(issues: readonly Issue[], total: number): string {
  const listed = issues.map(({ path, expected, received }) => `${path}: expected ${expected}, received ${received}`);
  if (total > issues.length) listed.push(`and ${total - issues.length} more`);
  return listed.join('; ');
}

/** The issue with control characters escaped. It may contain names from a caller or a file. */
export function escapedIssue({ path, expected, received }: Issue): Issue {
  return { path: escapeControls(path), expected: escapeControls(expected), received: escapeControls(received) };
}
