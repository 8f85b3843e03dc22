import type { FraudScorer } from 'fraud-scorer';
import type { ReplayOptions } from './options.js';

/** The versions that serve beside the model, if there are any. */
export type Beside = Pick<ReplayOptions, 'challenger' | 'share' | 'shadow'>;

/** Deploys them one after the other. @throws the errors of `deploy` */
export async function deployBeside(
  scorer: Pick<FraudScorer, 'deploy'>,
  { challenger, share, shadow }: Beside,
): Promise<void> {
  if (challenger !== undefined) await scorer.deploy(challenger, { traffic: share });
  if (shadow !== undefined) await scorer.deploy(shadow, { traffic: 'shadow' });
}
