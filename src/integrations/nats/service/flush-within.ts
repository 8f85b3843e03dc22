import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../../../host/clock.js';

/** Resolves when the server has all that was published, or after this time: while the server is away, a flush waits for it. */
export function flushWithin(connection: NatsConnection, ms: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, resolve);
    const end = (): void => {
      timer.clear();
      resolve();
    };
    connection.flush().then(end, end);
  });
}
