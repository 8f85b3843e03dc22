import type { NatsServer } from '../../../../test/support/nats-server.js';
import type { Figures } from '../figures.js';
import { processCpuUs } from './thread-time.js';

const smallBytes = 128;
const largeBytes = 65_536;

/**
 * What a message costs nats-server: a fixed part, and a part for each kilobyte. One publisher, one subscriber, messages of two sizes, each sent
 * when the one before has arrived. A busy server handles several messages at once, which costs less, so this is the most that a message costs.
 */
export async function measureServer(server: NatsServer): Promise<Figures['server']> {
  await messageCost(server, smallBytes, 10_000);
  const small = await messageCost(server, smallBytes, 50_000);
  const large = await messageCost(server, largeBytes, 20_000);
  const kilobyteUs = (large - small) / ((largeBytes - smallBytes) / 1_024);
  return { messageUs: small - (smallBytes / 1_024) * kilobyteUs, kilobyteUs };
}

/** @returns microseconds of the server's CPU a message. */
async function messageCost(server: NatsServer, bytes: number, messages: number): Promise<number> {
  const [publisher, subscriber] = [await server.connect(), await server.connect()];
  const payload = new Uint8Array(bytes);
  let arrived = (): void => {};
  subscriber.subscribe('cost', { callback: () => arrived() });
  await subscriber.flush();
  const before = processCpuUs(server.pid);
  for (let sent = 0; sent < messages; sent += 1) {
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    publisher.publish('cost', payload);
    await arrival;
  }
  const us = processCpuUs(server.pid) - before;
  await publisher.close();
  await subscriber.close();
  return us / messages;
}
