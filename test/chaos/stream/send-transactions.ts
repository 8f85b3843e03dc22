import { headers, type NatsConnection } from '@nats-io/transport-node';
import { systemClock } from '../../../src/host/clock.js';
import { ConfirmedPublisher } from '../../../src/integrations/nats/stream/confirmed-publisher.js';

/** The only feature of a transaction, in [0, 1). */
export function featureOf(index: number): number {
  return (index % 997) / 997;
}

const outstanding = 1_024;

/** Publishes the transactions of a range once each, however often the server is killed. */
export async function sendTransactions(connection: NatsConnection, from: number, to: number): Promise<void> {
  const publisher = new ConfirmedPublisher(connection, systemClock);
  const sendOne = async (index: number): Promise<void> => {
    const data = JSON.stringify({ id: `t-${index}`, features: { x: [featureOf(index)] } });
    for (;;) {
      const own = headers();
      own.set('Nats-Msg-Id', `t-${index}`);
      try {
        await publisher.publish('transactions.eu', data, own);
        return;
      } catch {
        // Not confirmed: the server may be down. The stream drops it if it has it already.
      }
    }
  };
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < to) {
      next += 1;
      await sendOne(next - 1);
    }
  };
  await Promise.all(Array.from({ length: outstanding }, lane));
  publisher.close();
}
