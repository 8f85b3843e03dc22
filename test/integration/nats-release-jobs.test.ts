import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBuckets } from '../../src/integrations/nats/control/buckets.js';
import { writeDesired } from '../../src/integrations/nats/control/desired-entry.js';
import { emptyState, type FleetCanary } from '../../src/integrations/nats/control/state/fleet-state.js';
import { FleetDeployments } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';

describe('two release jobs at the same time', () => {
  let server: NatsServer;
  let connection: NatsConnection;
  let one: FleetDeployments;
  let two: FleetDeployments;
  let name = 0;

  beforeAll(async () => {
    server = await NatsServer.start();
    connection = await server.connect();
  });
  afterAll(async () => {
    await connection?.close();
    await server?.stop();
  });

  beforeEach(async () => {
    name += 1;
    one = await FleetDeployments.connect(connection, { name: `fleet-${name}` });
    two = await FleetDeployments.connect(connection, { name: `fleet-${name}` });
  });

  it('are each told of their own roll-out, though the other one began next', async () => {
    await one.deploy({ model: 'sqrt', version: '2' });
    await two.rollback();
    await two.deploy({ model: 'sqrt', version: '3' });
    expect(await one.settled()).toMatchObject({ version: '2', state: 'failed', reason: 'it was rolled back by hand' });
    await one.rollback();
    await one.deploy({ model: 'sqrt', version: '4' });
    expect(await two.settled()).toMatchObject({ version: '3', state: 'failed' });
  });

  it('are told if the end of their roll-out is not known any more', async () => {
    await one.deploy({ model: 'sqrt', version: '2' });
    await two.rollback();
    await two.deploy({ model: 'sqrt', version: '3' });
    for (let change = 0; change < 40; change += 1) await two.setPolicy({ blockProbability: 0.9 + change / 1_000 });
    await expect(one.settled()).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_VERSION',
      message: expect.stringContaining('"3"'),
    });
  });

  it('wait on while the server is restarted, and end with a code where it stays away', async () => {
    await one.deploy({ model: 'sqrt', version: '2' });
    const settling = one.settled({ timeoutMs: 30_000 });
    await server.halt('SIGKILL');
    await expect(two.settled({ timeoutMs: 1 })).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
      message: expect.stringContaining('NATS did not answer'),
    });
    await expect(two.nodes()).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    await server.restart();
    // The other job takes it back, and begins its own.
    const rolledBack = async (): Promise<string | undefined> => {
      // A call that got no answer may have been heard.
      const { state } = await two.rollback().catch(() => two.state());
      return state.rollout?.state;
    };
    await expect.poll(rolledBack, { timeout: 10_000 }).toBe('failed');
    await two.deploy({ model: 'sqrt', version: '3' });
    expect(await settling).toMatchObject({ version: '2', state: 'failed' });
  }, 40_000);

  it('wait on for a canary while the server is restarted', async () => {
    const buckets = await openBuckets(connection, { bucket: 'fraud-scorer', replicas: 1 });
    const limits = { minRequests: 200, maxErrorRate: 0.01, maxLatencyRatio: 2, maxBlockRateChange: 0.02 };
    const canary: FleetCanary = {
      ...{ model: 'sqrt', version: '2', steps: [0.1, 1], stepMs: 600_000, ...limits },
      ...{ state: 'running', step: 0, reason: null },
    };
    const state = { ...emptyState, primary: { model: 'sqrt', version: '1' }, canary };
    expect(await writeDesired(buckets.desired, `desired.fleet-${name}`, state, 0)).not.toBeNull();
    const ended = one.canaryEnded({ timeoutMs: 30_000 });
    await server.halt('SIGKILL');
    await expect(two.canaryEnded({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    await server.restart();
    await expect
      .poll(
        () =>
          two.retire('2').then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    expect(await ended).toMatchObject({ version: '2', state: 'aborted' });
  }, 40_000);
});
