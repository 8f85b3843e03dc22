import type { NatsConnection } from '@nats-io/transport-node';
import { UnavailableError } from '../../../errors.js';
import { fleetHookOf } from '../../../fleet/fleet-hook.js';
import { requireConnection } from '../fields.js';
import { type FleetScorer, joinFleet } from '../fleet/join-fleet.js';
import { describeRefusal } from '../not-permitted.js';
import { ScoringNode, type ScoringServiceStats } from './scoring-node.js';
import { requireServedScorer, type ServedScorer } from './served-scorer.js';
import { type ResolvedServiceOptions, readServiceOptions, type ServeScoringOptions } from './service-options.js';

/** A running scoring service: one node of a fleet. */
export interface ScoringService {
  /** The node's id. */
  readonly id: string;
  /** The service's subject. */
  readonly subject: string;
  /** What it has done so far. */
  stats(): ScoringServiceStats;
  /**
   * Leaves the queue group first, so that no new requests come, and answers what it has. Messages that clients send to this node meanwhile are
   * refused as `draining`, and the clients try another node. Resolves when all is answered. The connection stays open.
   */
  drain(): Promise<void>;
  /** Takes no more and does not wait for requests in flight. They are answered if they end while the connection is open. */
  stop(): Promise<void>;
  /** Resolves when the service has ended: by `drain` or `stop`, or because the connection was closed. */
  readonly done: Promise<void>;
}

/**
 * Answers requests over NATS with a scorer: in a queue group on the service's subject, and on a subject of this node alone, which `RemoteScorer`
 * uses. The service can be discovered by the services API of NATS (`nats service ls`). The connection and the scorer stay the host's: close them
 * after `drain`.
 *
 * A `FraudScorer` becomes a member of its fleet too (`joinFleet`): it answers questions for the summary and takes labels in.
 *
 * A message is a request as JSON (`nats req fraud.score '{"features":{…}}'`), or a frame of many requests as `RemoteScorer` sends it.
 *
 * @throws {InvalidOptionsError} if an option is unknown or not valid.
 * @throws {UnavailableError} if the connection is closed, or the server does not permit the node to listen.
 *
 * @example
 * const connection = await connect({ servers: 'nats://127.0.0.1:4222' });
 * const service = await serveScoring(scorer, connection);
 */
export async function serveScoring(
  scorer: ServedScorer,
  connection: NatsConnection,
  options?: ServeScoringOptions,
): Promise<ScoringService> {
  requireServedScorer(scorer);
  requireConnection(connection);
  const resolved = readServiceOptions(options);
  const leave = joinItsFleet(scorer, connection, resolved);
  const node = new ScoringNode(scorer, connection, resolved, leave);
  // The server knows the subscriptions once it has answered.
  await connection.flush();
  if (node.notPermitted !== null) {
    await node.stop();
    throw new UnavailableError(`The NATS server ${describeRefusal(node.notPermitted)}`);
  }
  return node;
}

/**
 * A `FraudScorer` answers for its part of the fleet too, as long as it serves. Other scorers have no counts of the kind that a fleet adds up.
 *
 * @returns leaves the fleet.
 */
function joinItsFleet(
  scorer: ServedScorer,
  connection: NatsConnection,
  { id, subject, logger }: ResolvedServiceOptions,
): () => Promise<void> {
  if (!isFleetScorer(scorer)) return () => Promise.resolve();
  const member = joinFleet(scorer, connection, { subject, id, logger });
  return () => member.leave();
}

function isFleetScorer(scorer: ServedScorer): scorer is ServedScorer & FleetScorer {
  return fleetHookOf(scorer) !== null;
}
