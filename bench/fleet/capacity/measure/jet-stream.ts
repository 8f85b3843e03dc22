import { performance } from 'node:perf_hooks';
import { AckPolicy, jetstream, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { NatsServer } from '../../../../test/support/nats-server.js';
import type { Figures } from '../figures.js';
import { processCpuUs } from './thread-time.js';

const messages = 100_000;
const outstanding = 1_000;

/** What one stream takes: 100,000 messages of a transaction's size are published, delivered and acknowledged. */
export async function measureJetStream(server: NatsServer, bytes: number): Promise<Figures['jetStream']> {
  const connection = await server.connect();
  const manager = await jetstreamManager(connection);
  await manager.streams.add({
    name: 'cost',
    subjects: ['cost.>'],
    storage: StorageType.File,
    retention: RetentionPolicy.Workqueue,
  });
  await manager.consumers.add('cost', {
    durable_name: 'reader',
    ack_policy: AckPolicy.Explicit,
    max_ack_pending: 10_000,
  });
  const client = jetstream(connection);
  const payload = new Uint8Array(bytes);
  const before = processCpuUs(server.pid);
  const startedAt = performance.now();
  for (let sent = 0; sent < messages; sent += outstanding) {
    await Promise.all(Array.from({ length: outstanding }, () => client.publish('cost.transactions', payload)));
  }
  const publishedPerSecond = messages / ((performance.now() - startedAt) / 1_000);
  const consumer = await client.consumers.get('cost', 'reader');
  let acknowledged = 0;
  for await (const message of await consumer.consume({ max_messages: outstanding })) {
    message.ack();
    acknowledged += 1;
    if (acknowledged === messages) break;
  }
  await connection.flush();
  const messageUs = (processCpuUs(server.pid) - before) / messages;
  await manager.streams.delete('cost');
  await connection.close();
  return { publishedPerSecond, messageUs };
}
