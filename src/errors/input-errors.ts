import { FraudScorerErrorBase } from './base.js';
import { describeIssues, escapedIssue, type Issue } from './issue.js';

/** An error that lists what is wrong with something that the host gave. */
export abstract class IssuesErrorBase extends FraudScorerErrorBase {
  /** What is wrong: at most 20 issues. */
  readonly issues: readonly Issue[];
  /** The number of all issues, those included that are not listed. */
  readonly totalIssues: number;

  constructor(message: string, issues: readonly Issue[], totalIssues: number, options?: { cause?: unknown }) {
    super(issues.length === 0 ? message : `${message}: ${describeIssues(issues, totalIssues)}`, options);
    this.issues = issues.map(escapedIssue);
    this.totalIssues = totalIssues;
  }
}

/** An option of `create`, `score`, `setPolicy`, `close` or a tool is unknown or out of its range. Correct the options in `issues`. */
export class InvalidOptionsError extends IssuesErrorBase {
  static readonly code = 'ERR_INVALID_OPTIONS';
  override readonly name = 'InvalidOptionsError';
  readonly code = 'ERR_INVALID_OPTIONS';

  constructor(issues: readonly Issue[], totalIssues: number = issues.length, options?: { cause?: unknown }) {
    super('Invalid options', issues, totalIssues, options);
  }
}

/** A request or a label that is not as documented. Correct what `issues` names; the same request is refused again. */
export class InvalidRequestError extends IssuesErrorBase {
  static readonly code = 'ERR_INVALID_REQUEST';
  override readonly name = 'InvalidRequestError';
  readonly code = 'ERR_INVALID_REQUEST';

  constructor(issues: readonly Issue[], totalIssues: number = issues.length, options?: { cause?: unknown }) {
    super('Invalid request', issues, totalIssues, options);
  }
}

/** A model directory whose manifest is missing or malformed, does not fit the graph, or whose model can't be run. */
export class ModelInvalidError extends IssuesErrorBase {
  static readonly code = 'ERR_MODEL_INVALID';
  override readonly name = 'ModelInvalidError';
  readonly code = 'ERR_MODEL_INVALID';

  constructor(message: string, issues: readonly Issue[] = [], options?: { cause?: unknown; totalIssues?: number }) {
    super(message, issues, options?.totalIssues ?? issues.length, options);
  }
}
