import type { Fallback } from '../api/policy.js';
import type { ScoreRequest } from '../api/request.js';
import type { Decision } from '../api/result.js';
import { fallbackCodes } from '../errors/fallback-codes.js';
import type { ErrorCode, FraudScorerError } from '../errors.js';
import { containResult } from '../host/host-code.js';
import { isDecision } from '../validation/decision.js';
import { describeReturned, describeThrown } from './host-failures.js';

const answered: ReadonlySet<ErrorCode> = new Set<ErrorCode>(fallbackCodes);

/**
 * The fallback's decision in place of `error`, or null where there is none: the error stands.
 * A host's function that throws, or returns anything but a decision, is reported to `onFailure` and changes nothing.
 */
export function fallbackDecision(
  fallback: Fallback,
  request: ScoreRequest,
  error: FraudScorerError,
  onFailure: (reason: string) => void,
): Decision | null {
  if (fallback === 'throw' || !answered.has(error.code)) return null;
  if (typeof fallback !== 'function') return fallback;
  try {
    const decision: unknown = fallback(request, error);
    if (isDecision(decision)) return decision;
    // An answer that comes later is of no use, so its rejection is ignored too.
    containResult(decision, () => {});
    onFailure(`the fallback function returned ${describeReturned(decision)}, expected APPROVE, REVIEW or BLOCK`);
  } catch (error) {
    // Its message may quote the request, so it is not logged.
    onFailure(`the fallback function threw: ${describeThrown(error)}`);
  }
  return null;
}
