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
 * The fallback's decision in place of `error`, or null if the error stands. If the host's function throws, or returns anything but a
 * decision, this is reported to `onFailure`, and the error stands.
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
    // A promise is of no use here. Its rejection is caught so that it does not end the process.
    containResult(decision, () => {});
    onFailure(`the fallback function returned ${describeReturned(decision)}, expected APPROVE, REVIEW or BLOCK`);
  } catch (error) {
    // The thrown message may quote the request, so it is not logged.
    onFailure(`the fallback function threw: ${describeThrown(error)}`);
  }
  return null;
}
