import type { Outcome } from '../api/outcome.js';
import { InvalidRequestError } from '../errors.js';
import { isDecision } from '../validation/decision.js';
import { describeKind, describeNonNumber, describeNonText, IssueList } from '../validation/issues.js';
import { builtInKind } from '../validation/object-kinds.js';
import { isText } from '../validation/text.js';

type Fields = { readonly [field in keyof Outcome]?: unknown };

/**
 * Checks a label.
 *
 * @returns a copy, so that later changes have no effect.
 * @throws {InvalidRequestError} with everything that is wrong with it.
 */
export function readOutcome(outcome: unknown): Outcome {
  const issues = new IssueList();
  const fields = fieldsOf(outcome, issues);
  if (fields !== null) listIssues(fields, issues);
  if (issues.total > 0) throw new InvalidRequestError(issues.listed, issues.total);
  return fields as Outcome;
}

/** Reads each field once. A getter that throws is an issue. null if there are no fields. */
function fieldsOf(outcome: unknown, issues: IssueList): Fields | null {
  try {
    if (typeof outcome === 'object' && outcome !== null) {
      const { id, isFraud, decision, version, decidedAt, amount, fraudProbability }: Fields = outcome;
      // Only if it has no fields: telling an array or a promise from other objects takes longer than everything else.
      const isObject = id !== undefined || builtInKind(outcome) === null;
      if (isObject) return { id, isFraud, decision, version, decidedAt, amount, fraudProbability };
    }
    issues.add('outcome', 'an object with id and isFraud', describeKind(outcome));
  } catch {
    issues.add('outcome', 'an object that can be read', 'one that throws when it is read');
  }
  return null;
}

function listIssues(fields: Fields, issues: IssueList): void {
  const { id, isFraud, decision, version, decidedAt, amount, fraudProbability } = fields;
  if (!isText(id)) issues.add('id', 'a non-empty string', describeNonText(id));
  if (typeof isFraud !== 'boolean') issues.add('isFraud', 'true or false', describeKind(isFraud));
  if (decision !== undefined && !isDecision(decision)) {
    const received = typeof decision === 'string' ? 'another string' : describeKind(decision);
    issues.add('decision', 'APPROVE, REVIEW or BLOCK', received);
  }
  if (version !== undefined && !isText(version)) issues.add('version', 'a non-empty string', describeNonText(version));
  if (decidedAt !== undefined && !isFiniteNumber(decidedAt)) {
    issues.add('decidedAt', 'milliseconds since the epoch', describeNonTime(decidedAt));
  }
  if (amount !== undefined && !isFiniteNumber(amount))
    issues.add('amount', 'a finite number', describeNonNumber(amount));
  if (fraudProbability !== undefined && !isProbability(fraudProbability)) {
    const received = isFiniteNumber(fraudProbability) ? 'a number outside of it' : describeNonNumber(fraudProbability);
    issues.add('fraudProbability', 'a number in [0, 1]', received);
  }
}

function isProbability(value: unknown): boolean {
  return isFiniteNumber(value) && value >= 0 && value <= 1;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function describeNonTime(value: unknown): string {
  const kind = describeNonNumber(value);
  if (kind === 'a Date') return `${kind} (pass its getTime())`;
  return kind === 'a string' ? `${kind} (convert it with Date.parse)` : kind;
}
