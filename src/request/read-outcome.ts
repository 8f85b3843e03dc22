import { isDecision } from '../decision/fallback.js';
import { InvalidRequestError } from '../errors.js';
import { describeKind, IssueList } from '../issues.js';
import type { Outcome } from '../types.js';

/**
 * Checks a label.
 *
 * @throws {InvalidRequestError} with everything that is wrong with it.
 */
export function readOutcome(outcome: unknown): Outcome {
  const issues = new IssueList();
  const { id, isFraud, decision, version, decidedAt } = fieldsOf(outcome, issues);
  if (!isText(id)) issues.add('id', 'a text that is not empty', describeKind(id));
  if (typeof isFraud !== 'boolean') issues.add('isFraud', 'true or false', describeKind(isFraud));
  if (decision !== undefined && !isDecision(decision)) {
    issues.add('decision', 'APPROVE, REVIEW or BLOCK', describeKind(decision));
  }
  if (version !== undefined && !isText(version))
    issues.add('version', 'a text that is not empty', describeKind(version));
  if (decidedAt !== undefined && !isTime(decidedAt)) {
    issues.add('decidedAt', 'milliseconds since the epoch', describeKind(decidedAt));
  }
  if (issues.total > 0) throw new InvalidRequestError(issues.listed, issues.total);
  return { id, isFraud, decision, version, decidedAt } as Outcome;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

/** A copy, so that what is used is what was checked, and a getter that throws is an issue like any other. */
function fieldsOf(outcome: unknown, issues: IssueList): { [field in keyof Outcome]?: unknown } {
  if (typeof outcome !== 'object' || outcome === null) {
    issues.add('outcome', 'an object with id and isFraud', describeKind(outcome));
    return {};
  }
  try {
    return { ...outcome };
  } catch {
    issues.add('outcome', 'an object that can be read', 'one that throws');
    return {};
  }
}
