import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FleetNode } from '../../bench/fleet/fleet-node.js';
import { RemoteScorer } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { fixtureModel } from '../support/paths.js';

let server: NatsServer;
let connection: NatsConnection;
let nodes: FleetNode[];
let remote: RemoteScorer;
let features: Record<string, number[]>;

beforeAll(async () => {
  server = await NatsServer.start();
  connection = await server.connect();
});

afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

beforeEach(async () => {
  const start = (id: string) => FleetNode.start({ url: server.url, model: fixtureModel('linear'), id });
  nodes = await Promise.all(['a', 'b', 'c'].map(start));
  remote = await RemoteScorer.connect(connection, { retries: 1, timeoutMs: 20_000, discoverEveryMs: 100 });
  await expect.poll(() => remote.health().workers).toBe(3);
  features = { left: [0.5, 0.5, 0.5], right: [0.5, 0.5] };
});

afterEach(async () => {
  await remote?.close();
  await Promise.all((nodes ?? []).map((node) => node.end('SIGKILL')));
});

/** Scores while something happens in the middle. @returns what was rejected. */
async function scoreWhile(happening: () => Promise<void> | void): Promise<unknown[]> {
  const rejected: unknown[] = [];
  const calls: Promise<unknown>[] = [];
  for (let turn = 0; turn < 300; turn += 1) {
    for (let call = 0; call < 10; call += 1) {
      calls.push(remote.score({ features }).catch((error: unknown) => rejected.push(error)));
    }
    if (turn === 100) calls.push(Promise.resolve(happening()));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(calls);
  return rejected;
}

describe('a fleet of three', () => {
  it('loses a node by kill -9 without an error for a caller', async () => {
    expect(await scoreWhile(() => nodes[0]?.end('SIGKILL'))).toEqual([]);
    await expect.poll(() => remote.health()).toMatchObject({ status: 'ok', workers: 2 });
  });

  it('does without a node that hangs, and takes it back when it goes on', async () => {
    expect(await scoreWhile(() => nodes[1]?.signal('SIGSTOP'))).toEqual([]);
    await expect
      .poll(() => remote.health())
      .toMatchObject({ status: 'degraded', workers: 2, reasons: ['2 of 3 nodes answer in time'] });
    nodes[1]?.signal('SIGCONT');
    await expect.poll(() => remote.health().workers).toBe(3);
  });
});
