import type { Decide, DecisionScores } from '../api/policy.js';
import type { ScoreRequest } from '../api/request.js';
import type { Decision } from '../api/result.js';
import { containResult, isThenable } from '../host/host-code.js';
import { isDecision } from '../validation/decision.js';

/**
 * The host's own decision in place of the policy's, or null where it has none. A function that throws, or returns anything but a
 * decision, is reported to `onFailure`, and the policy decides.
 */
export function hostDecision(
  decide: Decide,
  scores: DecisionScores,
  request: ScoreRequest,
  onFailure: (reason: string) => void,
): Decision | null {
  try {
    const decision: unknown = decide(scores, request);
    if (isDecision(decision)) return decision;
    if (decision === undefined || decision === null) return null;
    // An answer that comes later is of no use, so its rejection is ignored too.
    containResult(decision, () => {});
    const what = isThenable(decision) ? 'a promise; it must be synchronous' : 'something else';
    onFailure(`the function decide returned ${what}, expected APPROVE, REVIEW, BLOCK or undefined`);
  } catch {
    // The thrown error may quote the request, so it is not logged.
    onFailure('the function decide threw');
  }
  return null;
}
