import { escapeControls } from './foreign-names.js';

/** One thing that is wrong with a request, with options or with a model directory. */
export interface Issue {
  /** Where it is, e.g. `features.user_features[3]`. */
  path: string;
  /** What was expected there, e.g. `a finite number`. */
  expected: string;
  /** The kind of thing that came, with what to do about it where that is short. Never a feature value, an id or an amount. */
  received: string;
}

/** The issues as one line. `total` counts those too that are not listed. */
export function describeIssues(issues: readonly Issue[], total: number): string {
  const listed = issues.map(({ path, expected, received }) => `${path}: expected ${expected}, received ${received}`);
  if (total > issues.length) listed.push(`and ${total - issues.length} more`);
  return listed.join('; ');
}

/** An issue that may name what a caller or a file named, without control characters. */
export function escapedIssue({ path, expected, received }: Issue): Issue {
  return { path: escapeControls(path), expected: escapeControls(expected), received: escapeControls(received) };
}
