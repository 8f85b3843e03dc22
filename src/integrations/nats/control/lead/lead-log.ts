import type { Logger } from '../../../../api/logger.js';
import { type FleetState, liveCanary, shareOf } from '../state/fleet-state.js';

/** Logs what the leader has decided: steps and the end of a canary, and the end of a roll-out. */
export function logDecision(logger: Logger, before: FleetState, after: FleetState, revision: number): void {
  const { rollout, canary } = after;
  if (rollout !== null && rollout.state !== before.rollout?.state) {
    const { version, role, node, code, reason } = rollout;
    if (rollout.state === 'done') logger.info('Fleet: the roll-out is done', { revision, version, role });
    if (rollout.state === 'failed')
      logger.warn('Fleet: the roll-out has failed', { revision, version, role, node, code, reason });
  }
  const live = liveCanary(before);
  if (canary === null || live === null) return;
  const { version, state, step, reason } = canary;
  if (state === 'promoted') logger.info('Fleet: the canary was promoted', { revision, version });
  else if (state === 'aborted') logger.warn('Fleet: the canary was aborted', { revision, version, reason });
  else if (step !== live.step) {
    const facts = { revision, version, step: step + 1, share: shareOf(canary) };
    logger.info('Fleet: the canary goes on with its next step', facts);
  }
}
