import type { Decide, DecisionScores } from '../api/policy.js';
import type { ScoreRequest } from '../api/request.js';
import type { Decision } from '../api/result.js';
import { containResult } from '../host/host-code.js';
import { isDecision } from '../validation/decision.js';
import { describeReturned, describeThrown } from './host-failures.js';

/**
 * The host's decision in place of the policy's, or null if it has none. If the host's function throws, or returns anything but a decision,
 * this is reported to `onFailure`, and the policy decides.
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
    if (decision === undefined) return null;
    // A promise is of no use here. Its rejection is caught so that it does not end the process.
    containResult(decision, () => {});
    onFailure(
      `the function decide returned ${describeReturned(decision)}, expected APPROVE, REVIEW, BLOCK or undefined`,
    );
  } catch (error) {
    // The thrown message may quote the request, so it is not logged.
    onFailure(`the function decide threw: ${describeThrown(error)}`);
  }
  return null;
}
