import type { NatsConnection } from '@nats-io/transport-node';
import { systemClock } from '../../../../host/clock.js';
import { containedLogger } from '../../../../host/logging.js';
import { openBuckets } from '../buckets.js';
import type { DeploymentFollower } from './deployment-follower.js';
import { type FollowOptions, readFollowOptions, requireFollowedScorer } from './follow-options.js';
import type { FollowedScorer } from './followed-scorer.js';
import { Follower } from './follower.js';

/**
 * Makes a scorer serve what its fleet should serve: versions, shares, shadows, thresholds and a canary, as `FleetDeployments` has written them
 * to a KV bucket. The node reports what it has. One of the nodes leads: it stops a roll-out that a node cannot follow, and it looks at the
 * fleet's canary. Do not call `deploy`, `setTraffic`, `promote`, `rollback` or `retire` of the scorer meanwhile: the follower takes it back.
 * Its `setPolicy` holds only for thresholds that the fleet does not name.
 *
 * @param scorer a `FraudScorer`. The follower does not close it.
 * @param connection the host's own. The follower does not close it, and goes on after a reconnect.
 * @throws {InvalidOptionsError} if an option is unknown or out of range, or `@nats-io/kv` is not installed.
 * @throws {UnavailableError} if NATS does not answer, or the user has no permission, also to create the buckets where they are missing.
 *
 * @example
 * const follower = await followDeployments(scorer, connection, { name: 'cards', models: { directory: 'models' } });
 * await follower.caughtUp();
 */
export async function followDeployments(
  scorer: FollowedScorer,
  connection: NatsConnection,
  options: FollowOptions,
): Promise<DeploymentFollower> {
  requireFollowedScorer(scorer);
  const resolved = readFollowOptions(options);
  const buckets = await openBuckets(connection, resolved);
  const logger = containedLogger(resolved.logger, systemClock);
  return new Follower({ scorer, connection, buckets, options: resolved, logger, clock: systemClock });
}
