import { FraudScorerErrorBase } from './base.js';
import { describeIssues, escapedIssue, type Issue } from './issue.js';

/** An error that lists the problems in the host's input. */
export abstract class IssuesErrorBase extends FraudScorerErrorBase {
  /** The problems, at most 20. */
  readonly issues: readonly Issue[];
  /** The number of all issues, also those that are not listed. */
  readonly totalIssues: number;

  constructor(message: string, issues: readonly Issue[], totalIssues: number, options?: { cause?: unknown }) {
    super(issues.length === 0 ? message : `${message}: ${describeIssues(issues, totalIssues)}`, options);
    this.issues = issues.map(escapedIssue);
    this.totalIssues = totalIssues;
  }
}

/** An option of `create`, `score`, `setPolicy`, `close` or a tool is unknown or out of range. Correct the options in `issues`. */
export class InvalidOptionsError extends IssuesErrorBase {
  static readonly code = 'ERR_INVALID_OPTIONS';
  override readonly name = 'InvalidOptionsError';
  readonly code = 'ERR_INVALID_OPTIONS';

  constructor(issues: readonly Issue[], totalIssues: number = issues.length, options?: { cause?: unknown }) {
    super('Invalid options', issues, totalIssues, options);
  }
}

/** A request or a label is not valid. Correct the fields in `issues`. The same request would be refused again. */
export class InvalidRequestError extends IssuesErrorBase {
  static readonly code = 'ERR_INVALID_REQUEST';
  override readonly name = 'InvalidRequestError';
  readonly code = 'ERR_INVALID_REQUEST';

  constructor(issues: readonly Issue[], totalIssues: number = issues.length, options?: { cause?: unknown }) {
    super('Invalid request', issues, totalIssues, options);
  }
}

/** A model directory cannot be used: its manifest is missing or malformed, it does not fit the graph, or the model cannot be run. */
export class ModelInvalidError extends IssuesErrorBase {
  static readonly code = 'ERR_MODEL_INVALID';
  override readonly name = 'ModelInvalidError';
  readonly code = 'ERR_MODEL_INVALID';

  constructor(message: string, issues: readonly Issue[] = [], options?: { cause?: unknown; totalIssues?: number }) {
    super(message, issues, options?.totalIssues ?? issues.length, options);
  }
}
