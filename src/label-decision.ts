import type { Outcome } from './api/outcome.js';
import type { Parts } from './compose.js';

/**
 * Matches a label with the decision it is about: one that this process remembers, one that the host names, or one in the files of decision
 * records.
 *
 * @returns whether there is one.
 */
export function labelDecision({ monitor, log }: Pick<Parts, 'monitor' | 'log'>, outcome: Outcome): boolean {
  let matched = monitor.recordOutcome(outcome);
  if (!matched && log.isActive && outcome.decision === undefined) {
    const found = log.find(outcome.id);
    // What the label itself says goes before.
    if (found !== null) matched = monitor.recordOutcome({ ...found, ...given(outcome) });
  }
  if (log.isActive) log.outcome(outcome, matched);
  return matched;
}

/** The fields that are there. */
function given(outcome: Outcome): Outcome {
  const entries = Object.entries(outcome).filter(([, value]) => value !== undefined);
  return { ...(Object.fromEntries(entries) as object), id: outcome.id, isFraud: outcome.isFraud };
}
