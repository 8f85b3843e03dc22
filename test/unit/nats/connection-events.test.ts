import type { NatsConnection } from '@nats-io/transport-node';
import { describe, expect, it } from 'vitest';
import { listenTo } from '../../../src/integrations/nats/connection-events.js';

/** A connection of which only the events matter. */
function connectionWith(): {
  connection: NatsConnection;
  watches: () => number;
  tell: (type: string) => void;
  close: () => void;
} {
  let watches = 0;
  let isClosed = false;
  let close = (): void => {};
  let tell: (type: string) => void = () => {};
  const closed = new Promise<void>((resolve) => {
    close = () => {
      isClosed = true;
      resolve();
    };
  });
  async function* status(): AsyncGenerator<{ type: string }> {
    watches += 1;
    while (!isClosed) yield { type: await new Promise<string>((resolve) => (tell = resolve)) };
  }
  const connection = { isClosed: () => isClosed, closed: () => closed, status } as unknown as NatsConnection;
  return { connection, watches: () => watches, tell: (type) => tell(type), close: () => close() };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the events of a connection', () => {
  it('are watched once, however many parts come and go', async () => {
    const { connection, watches, tell, close } = connectionWith();
    const told: string[] = [];
    const listener = (name: string) => ({
      lost: () => told.push(`${name} lost`),
      back: () => told.push(`${name} back`),
      closed: () => told.push(`${name} closed`),
    });
    for (let count = 0; count < 100; count += 1) listenTo(connection, listener('gone'))();
    listenTo(connection, listener('stays'));
    await turn();
    expect(watches()).toBe(1);
    for (const type of ['disconnect', 'update', 'reconnect']) {
      tell(type);
      await turn();
    }
    close();
    await turn();
    expect(told).toEqual(['stays lost', 'stays back', 'stays closed']);
  });

  it('have ended already on a connection that is closed', async () => {
    const { connection, close } = connectionWith();
    close();
    let isTold = false;
    listenTo(connection, { closed: () => (isTold = true) });
    await turn();
    expect(isTold).toBe(true);
  });
});
