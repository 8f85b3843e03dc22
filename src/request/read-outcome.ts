import { isDecision } from '../decision/fallback.js';
import { InvalidRequestError } from '../errors.js';
import { describeKind, IssueList } from '../issues.js';
import type { Outcome } from '../types.js';

/** @throws {InvalidRequestError} with everything that is wrong with a label. */
export function checkOutcome(outcome: unknown): asserts outcome is Outcome {
  const issues = new IssueList();
  if (typeof outcome !== 'object' || outcome === null) {
    issues.add('outcome', 'an object with id and isFraud', describeKind(outcome));
  } else {
    const { id, isFraud, decision, version, decidedAt }: { [field in keyof Outcome]?: unknown } = outcome;
    if (typeof id !== 'string' || id === '') issues.add('id', 'a text that is not empty', describeKind(id));
    if (typeof isFraud !== 'boolean') issues.add('isFraud', 'true or false', describeKind(isFraud));
    if (decision !== undefined && !isDecision(decision)) {
      issues.add('decision', 'APPROVE, REVIEW or BLOCK', describeKind(decision));
    }
    if (version !== undefined && typeof version !== 'string') issues.add('version', 'a text', describeKind(version));
    if (decidedAt !== undefined && (typeof decidedAt !== 'number' || !Number.isFinite(decidedAt))) {
      issues.add('decidedAt', 'milliseconds since the epoch', describeKind(decidedAt));
    }
  }
  if (issues.total > 0) throw new InvalidRequestError(issues.listed, issues.total);
}
