import type { NatsConnection } from '@nats-io/transport-node';
import { type Clock, containedClock, systemClock } from '../../../host/clock.js';
import { describeFault, type FaultReport } from '../../../host/faults.js';
import { containedLogger } from '../../../host/logging.js';
import { listenTo } from '../connection-events.js';
import { describeRefusal } from '../not-permitted.js';
import { ClientStatistics } from './client-statistics.js';
import { Dispatcher } from './dispatcher.js';
import { OpenRequests } from './open-requests.js';
import type { ResolvedRemoteOptions } from './remote-options.js';

/** The parts of a remote scorer. */
export interface RemoteParts {
  options: ResolvedRemoteOptions;
  clock: Clock;
  open: OpenRequests;
  dispatcher: Dispatcher;
  statistics: ClientStatistics;
  /** Ends the watch on the connection. */
  unlisten: () => void;
}

/** Makes the parts, and follows the connection for them. */
export function partsOf(connection: NatsConnection, options: ResolvedRemoteOptions): RemoteParts {
  const logger = containedLogger(options.logger, systemClock);
  const onFault: FaultReport = (error) => logger.error('A part of the remote scorer failed', describeFault(error));
  const clock = containedClock(systemClock, onFault);
  const { maxOutstanding, maxFrameRows } = options;
  const statistics: ClientStatistics = new ClientStatistics(
    clock,
    maxOutstanding,
    () => {
      const { waiting, maxWaiting, table, count } = open;
      const oldestWaitMs = waiting.length === 0 ? 0 : clock.now() - (table.enqueuedAt[waiting.first] as number);
      const depth = waiting.length;
      return {
        nodes: dispatcher.nodes,
        waiting: depth,
        maxWaiting,
        oldestWaitMs,
        inFlight: count - depth,
        maxFrameRows,
      };
    },
    onFault,
  );
  const open: OpenRequests = new OpenRequests({
    ...{ clock, maxOutstanding, onFault },
    timeoutMs: options.timeoutMs,
    isTimeoutGiven: options.isTimeoutGiven,
    retries: options.retries,
    fallback: options.fallback,
    statistics: () => statistics,
    // The head of a frame takes less than this.
    maxBytes: () => (connection.info?.max_payload ?? 1_048_576) - 1_024,
    onFallbackFailure: (reason) => logger.error('The fallback gave no decision', { reason }),
  });
  const dispatcher: Dispatcher = new Dispatcher({
    ...{ connection, clock, open, maxFrameRows },
    subject: options.subject,
    name: options.name,
    discoverEveryMs: options.discoverEveryMs,
    onFrame: (rows, durationMs) => statistics.recordFrame(rows, durationMs),
    onBadMessage: (reason) => logger.error('A message of the fleet could not be used', { reason }),
  });
  const unlisten = listenTo(connection, {
    lost: () => dispatcher.disconnected(),
    back: () => dispatcher.reconnected(),
    refused: (refusal) => {
      const { subject, name } = options;
      const isOwn =
        [subject, `$SRV.INFO.${name}`].includes(refusal.subject) || refusal.subject.startsWith(`${subject}.node.`);
      if (refusal.operation !== 'publish' || !isOwn) return;
      logger.error(`The NATS server ${describeRefusal(refusal)}`);
      dispatcher.refused(refusal);
    },
    closed: () => {
      dispatcher.disconnected();
      open.giveUp('The connection to the NATS server is closed');
      dispatcher.dispose();
    },
  });
  return { options, clock, open, dispatcher, statistics, unlisten };
}
