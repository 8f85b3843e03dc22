import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/api/outcome.js';
import { type Clock, systemClock } from '../../src/host/clock.js';
import { LabelDesk } from '../../src/integrations/nats/fleet/label-desk.js';
import { nodeLabelSubject, subjectsOf } from '../../src/integrations/nats/subjects.js';
import { NatsServer } from '../support/nats-server.js';

const silent = { info() {}, warn() {}, error() {} };
const subject = 'fraud.score';
/** Longer than a desk waits where it believes that all have answered, and shorter than it waits where it does not know. */
const slowMs = 300;

let server: NatsServer;
let connection: NatsConnection;
let desk: LabelDesk;
let recorded: Outcome[];
let laterMs: number;
let others: Subscription[];

beforeAll(async () => {
  server = await NatsServer.start();
  connection = await server.connect();
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

beforeEach(async () => {
  recorded = [];
  laterMs = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + laterMs };
  desk = new LabelDesk(connection, {
    ...{ id: 'own', subject, clock, logger: silent, hook: { remembered: () => null } },
    record: (outcome) => {
      recorded.push(outcome);
      return true;
    },
  });
  others = [
    slowNode(),
    connection.subscribe(nodeLabelSubject(subject, 'slow'), {
      callback: (_, message) => void message.respond(JSON.stringify({ matched: true, node: 'slow' })),
    }),
  ];
  await connection.flush();
});
afterEach(async () => {
  await desk.drain();
  for (const other of others) other.unsubscribe();
});

/** Another node, that has decided everything and answers late. */
function slowNode(): Subscription {
  const known = { decidedAt: 1, isLabelled: false };
  return connection.subscribe(subjectsOf(subject).findLabel, {
    callback: (_, message) =>
      void systemClock.after(slowMs, () => message.respond(JSON.stringify({ node: 'slow', known }))),
  });
}

async function send(id: string): Promise<unknown> {
  const label = JSON.stringify({ id, isFraud: true, decision: 'BLOCK', version: '1' });
  return (await connection.request(subjectsOf(subject).labels, label, { timeout: 5_000 })).json();
}

describe('a desk for labels', () => {
  it('waits for a slow node that it has heard of, and for one that it may not know any more', async () => {
    expect(await send('tx-1')).toEqual({ matched: true, node: 'slow' });
    expect(await send('tx-2')).toEqual({ matched: true, node: 'slow' });
    laterMs = 31_000;
    expect(await send('tx-3')).toEqual({ matched: true, node: 'slow' });
    expect(recorded).toEqual([]);
  });

  it('waits for a slow node that has come, and not for one that has left', async () => {
    const tell = (name: string, node: string) =>
      connection.publish(subjectsOf(subject).events, JSON.stringify({ node, name, event: {} }));
    // The first label learns who is there. The slow node is not yet.
    const [find] = others;
    find?.unsubscribe();
    expect(await send('tx-1')).toEqual({ matched: true, node: 'own' });
    others.push(slowNode());
    tell('joined', 'slow');
    expect(await send('tx-2')).toEqual({ matched: true, node: 'slow' });
    others.at(-1)?.unsubscribe();
    tell('left', 'slow');
    const startedAt = systemClock.now();
    expect(await send('tx-3')).toEqual({ matched: true, node: 'own' });
    expect(systemClock.now() - startedAt).toBeLessThan(800);
  });

  it('answers the labels that it has before it is closed', async () => {
    let isAnswered = false;
    const answer = send('tx-1').then((received) => {
      isAnswered = true;
      return received;
    });
    await expect.poll(() => desk.counts.labels).toBe(1);
    await desk.drain();
    await connection.flush();
    expect(isAnswered).toBe(true);
    expect(await answer).toEqual({ matched: true, node: 'slow' });
  });
});
