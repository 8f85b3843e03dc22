import { jetstreamManager, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

/** Creates the streams of a worker's tests: transactions, and decisions beside dead letters. */
export async function createStreams(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'TRANSACTIONS', subjects: ['transactions.>'] });
  await manager.streams.add({ name: 'DECISIONS', subjects: ['decisions.>', 'dead'] });
}

/** All messages of a stream on one subject, in their order. */
export async function storedMessages(
  connection: NatsConnection,
  stream: string,
  subject: string,
): Promise<StoredMsg[]> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(stream);
  const messages: StoredMsg[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const message = await manager.streams.getMessage(stream, { seq });
    if (message !== null && message.subject === subject) messages.push(message);
  }
  return messages;
}

/** Messages of a consumer that nobody has acknowledged yet. */
export async function unacknowledged(connection: NatsConnection, stream: string, consumer: string): Promise<number> {
  const manager = await jetstreamManager(connection);
  const { num_pending, num_ack_pending } = await manager.consumers.info(stream, consumer);
  return num_pending + num_ack_pending;
}
