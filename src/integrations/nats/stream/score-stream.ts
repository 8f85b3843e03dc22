import type { NatsConnection } from '@nats-io/transport-node';
import type { Scorer } from '../../../api/scorer.js';
import { InvalidOptionsError } from '../../../errors.js';
import { systemClock } from '../../../host/clock.js';
import { containedLogger } from '../../../host/logging.js';
import { describeKind } from '../../../validation/issues.js';
import { requireConnection } from '../fields.js';
import { loadPeer } from '../optional-peer.js';
import { openConsumer } from './open-consumer.js';
import { PullingWorker } from './pulling-worker.js';
import { resolveStreamOptions } from './stream-options.js';
import type { StreamOptions, StreamWorker } from './types.js';

/**
 * Scores the transactions of a JetStream stream and publishes the decisions to another. Start any number of workers with the same consumer: the
 * server gives each message to one of them.
 *
 * Delivery is at least once: after a crash, a hang or a lost connection a transaction may be scored twice. The decision carries the
 * transaction's id as `Nats-Msg-Id`, so that the stream of decisions keeps only the first within its duplicate window. A message is
 * acknowledged after that stream has confirmed its decision. See docs/fleet-streams.md.
 *
 * @param connection stays the host's: the worker never closes it. Needs `@nats-io/jetstream`.
 * @throws {InvalidOptionsError} if an option is not valid, a stream does not exist, or an existing consumer has other settings.
 * @throws {UnavailableError} if the server does not answer.
 *
 * @example
 * const worker = await scoreStream(scorer, connection, {
 *   stream: 'TRANSACTIONS', consumer: 'fraud', to: 'fraud.decisions', deadLetter: 'fraud.dead',
 * });
 * process.once('SIGTERM', () => worker.drain());
 */
export async function scoreStream(
  scorer: Scorer,
  connection: NatsConnection,
  options: StreamOptions,
): Promise<StreamWorker> {
  requireMethod('scorer', 'a scorer with the method score', scorer, 'score');
  requireConnection(connection);
  const resolved = resolveStreamOptions(options);
  const jetstream = await loadPeer('@nats-io/jetstream', () => import('@nats-io/jetstream'));
  const opened = await openConsumer(jetstream, connection, resolved);
  const clock = systemClock;
  const logger = containedLogger(resolved.logger, clock);
  return PullingWorker.start({ scorer, connection, ...opened, options: resolved, logger, clock });
}

function requireMethod(path: string, expected: string, value: unknown, method: string): void {
  const isObject = typeof value === 'object' && value !== null;
  if (isObject && typeof Reflect.get(value, method) === 'function') return;
  throw new InvalidOptionsError([{ path, expected, received: describeKind(value) }]);
}
