import { decode, encode } from '@msgpack/msgpack';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Summary } from '../../src/api/summary.js';
import { runCli } from '../../src/cli/run-cli.js';
import { InvalidOptionsError, InvalidRequestError, UnavailableError } from '../../src/errors.js';
import { fleetHookOf } from '../../src/fleet/fleet-hook.js';
import { FraudScorer } from '../../src/fraud-scorer.js';
import { readNodeSums } from '../../src/integrations/nats/fleet/node-sums.js';
import { summaryOfNodes } from '../../src/integrations/nats/fleet/total.js';
import {
  type FleetMember,
  fleetSummary,
  joinFleet,
  sendOutcome,
  watchFleet,
} from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { projectPath } from '../support/paths.js';

const features = {
  transaction_features: new Float32Array(50),
  user_features: new Float32Array(30),
  merchant_features: new Float32Array(20),
};

let server: NatsServer;
let connection: NatsConnection;
const scorers: FraudScorer[] = [];
const members: FleetMember[] = [];

beforeAll(async () => {
  server = await NatsServer.start();
  connection = await server.connect();
  for (const id of ['a', 'b', 'c']) {
    const scorer = await FraudScorer.create({
      model: projectPath('models/visa-fraud/1'),
      workers: 1,
      providers: ['cpu'],
    });
    scorers.push(scorer);
    members.push(joinFleet(scorer, await server.connect(), { id }));
  }
});

afterAll(async () => {
  for (const member of members) await member.leave();
  for (const scorer of scorers) await scorer.close();
  await connection?.close();
  await server?.stop();
});

function at(index: number): FraudScorer {
  const scorer = scorers[index];
  if (scorer === undefined) throw new Error(`there is no node ${index}`);
  return scorer;
}

async function score(node: number, ...ids: string[]): Promise<void> {
  for (const outcome of await at(node).scoreMany(ids.map((id) => ({ id, amount: 12.5, features })))) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** Without what changes with the time. */
function stable({
  timestamp,
  uptimeSeconds,
  host,
  ...rest
}: Summary): Omit<Summary, 'timestamp' | 'uptimeSeconds' | 'host'> {
  return JSON.parse(JSON.stringify(rest, (name, value: unknown) => (name === 'throughputPerSecond' ? null : value)));
}

/** Labels that count in the whole fleet. */
async function labelled(): Promise<number> {
  return (await fleetSummary(connection, { expectedNodes: 3 })).total.business.labelled;
}

describe('the summary of a fleet', () => {
  it('says which id several nodes have, and counts one of them', async () => {
    const twin = joinFleet(at(1), await server.connect(), { id: 'a' });
    try {
      const { nodes, sameId, refused, health } = await fleetSummary(connection);
      expect([nodes.map(({ id }) => id), sameId, refused]).toEqual([['a', 'b', 'c'], ['a'], 0]);
      expect(health).toMatchObject({ status: 'degraded', ready: true });
      expect(health.reasons).toEqual(['a: several nodes have this id, and only one of them counts; give each its own']);
    } finally {
      await twin.leave();
    }
  });

  it('gives each node the summary that its scorer gives itself', async () => {
    await score(0, ...Array.from({ length: 50 }, (_, n) => `own-${n}`));
    at(0).recordOutcome({ id: 'own-1', isFraud: true });
    const scorer = at(0);
    const node = readNodeSums('a', decode(encode(fleetHookOf(scorer)?.reading())));
    if (node === null) throw new Error('expected a reading');
    const { deployments, ...rest } = stable(summaryOfNodes([node], node.reading.at));
    const { deployments: own, ...expected } = stable(scorer.summary());
    expect(rest).toEqual(expected);
    expect(rest.business.days.length).toBe(1);
    expect(deployments).toEqual(own.map(({ business, ...one }) => ({ ...one, business: { ...business, days: [] } })));
  });

  it('adds up the counts and the histograms of all nodes, by version too', async () => {
    await score(1, ...Array.from({ length: 30 }, (_, n) => `sum-${n}`));
    await at(2)
      .score({ features: {} })
      .catch(() => {});
    const { nodes, total, missing, refused, health } = await fleetSummary(connection, { expectedNodes: 3 });
    expect(nodes.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect([missing, refused, health.status, health.ready]).toEqual([[], 0, 'ok', true]);
    const own = scorers.map((scorer) => scorer.summary());
    const sum = (of: (one: (typeof own)[number]) => number): number => own.reduce((all, one) => all + of(one), 0);
    expect(total.requests.total).toBe(sum(({ requests }) => requests.total));
    expect(total.requests.rejected).toBe(1);
    expect(total.business.total).toBe(sum(({ business }) => business.total));
    expect(total.performance.sampleCount).toBe(sum(({ performance }) => performance.sampleCount));
    expect(total.workers.ready).toBe(3);
    const [primary, ...others] = total.deployments;
    expect(others).toEqual([]);
    expect(primary).toMatchObject({ version: '1', role: 'primary', traffic: 1, workers: { ready: 3, configured: 3 } });
    expect(primary?.requests.succeeded).toBe(sum(({ requests }) => requests.succeeded));
    const slowest = Math.max(...own.map(({ performance }) => performance.latencyMs.max ?? 0));
    expect(total.performance.latencyMs.max).toBe(slowest);
  });

  it('counts answers that are not readable, and takes in nothing of them', async () => {
    const before = await fleetSummary(connection, { expectedNodes: 3 });
    const foreign = connection.subscribe('fraud.score.fleet', {
      callback: (_error, message) => {
        message.respond('not a summary');
        message.respond(encode({ id: 'x', reading: { format: 2 } }));
        message.respond(encode({ id: 'a.b', reading: 1 }));
      },
    });
    await connection.flush();
    const after = await fleetSummary(connection);
    foreign.unsubscribe();
    expect(after.refused).toBe(3);
    expect(after.nodes.length).toBe(3);
    expect(after.total.requests).toEqual(before.total.requests);
  });

  it('names the nodes that services tell of and that do not answer', async () => {
    const service = connection.subscribe('$SRV.PING', {
      callback: (_error, message) => {
        message.respond(
          JSON.stringify({ name: 'x', id: 'gone', version: '1.0.0', metadata: { subject: 'fraud.score' } }),
        );
        message.respond(JSON.stringify({ name: 'x', id: 'other', version: '1.0.0', metadata: { subject: 'orders' } }));
      },
    });
    await connection.flush();
    const { missing, health } = await fleetSummary(connection, { waitMs: 600 });
    service.unsubscribe();
    expect(missing).toEqual(['gone']);
    expect(health).toMatchObject({ status: 'degraded', ready: true, reasons: ['gone: does not answer'] });
  });

  it('is degraded if fewer nodes answer than are expected', async () => {
    const { nodes, health } = await fleetSummary(connection, { expectedNodes: 9, waitMs: 300 });
    expect(health).toMatchObject({ status: 'degraded', ready: true });
    expect(health.reasons).toContain(`${9 - nodes.length} of 9 expected nodes do not answer`);
  });

  it('is empty, and not an error, if nobody is there', async () => {
    const { nodes, total, health } = await fleetSummary(connection, { subject: 'nobody.here', waitMs: 300 });
    expect(nodes).toEqual([]);
    expect(total.requests.total).toBe(0);
    expect(health).toMatchObject({ status: 'unavailable', ready: false, reasons: ['no node answers'] });
  });
});

describe('labels in a fleet', () => {
  it('count on the node that decided, once, and can be revised', async () => {
    await score(2, 'label-1');
    const before = await labelled();
    expect(await sendOutcome(connection, { id: 'label-1', isFraud: true })).toEqual({ matched: true, nodeId: 'c' });
    expect(await sendOutcome(connection, { id: 'label-1', isFraud: false })).toEqual({ matched: true, nodeId: 'c' });
    expect(await labelled()).toBe(before + 1);
    expect(at(2).summary().business).toMatchObject({ labelled: 1, money: { goodApproved: 12.5 } });
  });

  it('count once if two nodes have decided, and stay where they are', async () => {
    await score(1, 'label-2');
    await score(0, 'label-2');
    const before = await labelled();
    const receipts = await Promise.all(
      Array.from({ length: 12 }, (_, n) => sendOutcome(connection, { id: 'label-2', isFraud: n % 2 === 0 })),
    );
    const [{ nodeId } = { nodeId: '' }] = receipts;
    expect(new Set(receipts.map((receipt) => receipt.nodeId))).toEqual(new Set([nodeId]));
    for (const node of [0, 1]) await score(node, 'label-2');
    expect((await sendOutcome(connection, { id: 'label-2', isFraud: true })).nodeId).toBe(nodeId);
    expect(await labelled()).toBe(before + 1);
  });

  it('count once, on any node, if nobody knows the decision but the label tells it', async () => {
    const before = await labelled();
    const told = {
      id: 'old-1',
      isFraud: true,
      decision: 'BLOCK',
      version: '1',
      decidedAt: Date.now() - 1_000,
    } as const;
    const receipts = await Promise.all(Array.from({ length: 12 }, () => sendOutcome(connection, told)));
    expect(receipts.every(({ matched }) => matched)).toBe(true);
    expect(new Set(receipts.map(({ nodeId }) => nodeId)).size).toBe(1);
    expect(await labelled()).toBe(before + 1);
  });

  it('are not matched if nobody knows the decision', async () => {
    expect(await sendOutcome(connection, { id: 'unknown', isFraud: true })).toMatchObject({ matched: false });
  });

  it('may come from any client as JSON', async () => {
    await score(0, 'label-3');
    const { data } = await connection.request('fraud.score.labels', '{"id":"label-3","isFraud":false}', {
      timeout: 3_000,
    });
    expect(JSON.parse(new TextDecoder().decode(data))).toEqual({ matched: true, node: 'a' });
  });

  it('are refused with the reason if they are not valid, also from other clients, and nothing else is disturbed', async () => {
    const wrong = { id: '', isFraud: 1 } as unknown as { id: string; isFraud: boolean };
    await expect(sendOutcome(connection, wrong)).rejects.toThrow(InvalidRequestError);
    for (const text of ['not JSON', '{"id":"x"}', `{"id":"${'x'.repeat(20_000)}","isFraud":true}`]) {
      const { data } = await connection.request('fraud.score.labels', text, { timeout: 3_000 });
      expect(JSON.parse(new TextDecoder().decode(data))).toMatchObject({ error: { code: 'ERR_INVALID_REQUEST' } });
    }
    connection.publish('fraud.score.labels', 'nobody waits for the answer');
    connection.publish('fraud.score.labels.find', '[]');
    await score(0, 'label-4');
    expect(await sendOutcome(connection, { id: 'label-4', isFraud: false })).toMatchObject({ matched: true });
    const refused = members.reduce((sum, member) => sum + member.stats().refused, 0);
    expect(refused).toBe(4);
  });

  it('say that no node is there', async () => {
    const sent = sendOutcome(connection, { id: 'x', isFraud: true }, { subject: 'nobody.here' });
    await expect(sent).rejects.toThrow(UnavailableError);
    await expect(sent).rejects.toThrow('no node listens');
  });
});

describe('the watch of a fleet', () => {
  it('shows all nodes, what they tell, and which do not answer any more', async () => {
    const watch = await watchFleet(connection, { everyMs: 250 });
    try {
      const events: unknown[] = [];
      watch.on('deployment', (event) => {
        events.push(event);
        throw new Error('a fault of the listener');
      });
      expect(watch.fleet()).toMatchObject({ answering: 3, missing: 0 });
      at(1).setPolicy({ blockProbability: 0.99 });
      await expect
        .poll(() => events, { timeout: 5_000 })
        .toMatchObject([{ type: 'policy', reason: 'b: set: blockProbability' }]);
      const connectionOfD = await server.connect();
      const fourth = await FraudScorer.create({
        model: projectPath('models/visa-fraud/1'),
        workers: 1,
        providers: ['cpu'],
      });
      const member = joinFleet(fourth, connectionOfD, { id: 'd' });
      await fourth.scoreMany(Array.from({ length: 500 }, () => ({ features })));
      await expect.poll(() => watch.fleet().answering, { timeout: 5_000 }).toBe(4);
      // What it had counted before it was seen is no sudden traffic.
      const { business } = watch.summary();
      expect(business.total - (watch.earlier()?.summary.business.total ?? 0)).toBe(0);
      // It does not leave: it is just gone.
      await connectionOfD.close();
      await expect.poll(() => watch.fleet().missing, { timeout: 5_000 }).toBe(1);
      expect(watch.health()).toMatchObject({ status: 'degraded', reasons: ['d: does not answer'] });
      expect(watch.fleet().nodes[0]).toMatchObject({ id: 'd', status: 'missing' });
      const back = await server.connect();
      const again = joinFleet(fourth, back, { id: 'd' });
      await expect.poll(() => watch.fleet().answering, { timeout: 5_000 }).toBe(4);
      // Nobody misses a node that has left.
      await again.leave();
      await expect.poll(() => [watch.fleet().answering, watch.fleet().missing], { timeout: 5_000 }).toEqual([3, 0]);
      await member.leave();
      await fourth.close();
      await back.close();
    } finally {
      watch.close();
    }
  });
});

describe('fraud-scorer watch nats://…', () => {
  async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
    let [out, err] = ['', ''];
    const write = (text: string): void => {
      out += text;
    };
    const error = (text: string): void => {
      err += text;
    };
    const code = await runCli(['watch', ...args], { write, error });
    return { code, out, err };
  }

  it('shows all nodes together, and each in JSON', async () => {
    const { code, out, err } = await run(server.url, '--once');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^\d{4}-.* \| visa-fraud 1 \| 3 nodes \| ok \| .* \| no alerts\n$/);
    const { fleet } = JSON.parse((await run(server.url, '--once', '--json')).out);
    expect(fleet).toMatchObject({ answering: 3, missing: 0, nodes: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] });
  });

  it('says what is wrong if there is no fleet, and no server', async () => {
    const { code, err } = await run(server.url, '--once', '--subject', 'nobody.here');
    expect(err).toBe('no node of a fleet answers; is the subject right (--subject)?\n');
    expect(code).toBe(1);
    expect((await run(server.url, '--subject', 'a.*')).err).toContain('subject: expected a NATS subject');
    expect((await run('nats://127.0.0.1:1')).err).toContain('cannot connect to NATS at 127.0.0.1:1: ');
    expect((await run(server.url, '--creds', '/nowhere')).err).toContain(
      '--creds: expected a file, received one that cannot be read (ENOENT)',
    );
  });

  it('never shows the password of the address', async () => {
    const { code, err } = await run('nats://me:s3cret@127.0.0.1:1');
    expect(code).toBe(1);
    expect(err).not.toContain('s3cret');
  });
});

describe('the options of a fleet', () => {
  it('are refused with everything that is wrong', async () => {
    const wrong = { id: 'a b', subject: 'fraud.*', logger: 1, more: 1 } as never;
    const issues = (call: () => unknown): string[] => {
      try {
        call();
      } catch (error) {
        if (error instanceof InvalidOptionsError) return error.issues.map(({ path }) => path);
      }
      return [];
    };
    expect(issues(() => joinFleet(at(0), connection, wrong))).toEqual(['subject', 'id', 'logger', 'more']);
    expect(issues(() => joinFleet({} as never, connection))).toEqual(['scorer']);
    expect(issues(() => joinFleet(at(0), {} as never))).toEqual(['connection']);
    await expect(fleetSummary(connection, { waitMs: 1, expectedNodes: 0 })).rejects.toThrow(/waitMs.*expectedNodes/);
    await expect(watchFleet(connection, { everyMs: 1 })).rejects.toThrow('everyMs');
    await expect(sendOutcome(connection, { id: 'x', isFraud: true }, { timeoutMs: 0 })).rejects.toThrow('timeoutMs');
  });
});
