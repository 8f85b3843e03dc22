import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { FleetDeployments, fleetSummary, publishModel, RemoteScorer, sendOutcome } from 'fraud-scorer/nats';
import '../start-failures.js';
import { startNatsServer } from './nats-server.js';
import { Nodes } from './nodes.js';
import { Traffic } from './traffic.js';
import { firstModel, writeNextVersion } from './write-next-version.js';

const perSecond = Number(process.env.RATE ?? 1_000);

/** @returns whether no transaction was left without an answer. */
async function tell(connection: NatsConnection, nodes: Nodes, folder: string): Promise<boolean> {
  await Promise.all(['a', 'b', 'c'].map((id) => nodes.start(id)));
  const scorer = await RemoteScorer.connect(connection);
  const traffic = new Traffic(scorer, perSecond);
  await sleep(1_000);
  console.log(`Three nodes answer ${perSecond} transactions a second: ${traffic.answers()}`);

  await nodes.end('b', 'SIGKILL');
  await sleep(1_000);
  console.log(`Node b was killed: ${traffic.answers()}`);

  const fleet = await FleetDeployments.connect(connection, { name: 'cards' });
  // The first call writes down what the nodes serve already.
  await fleet.deploy({ model: 'visa-fraud', version: '1' });
  await fleet.settled();
  const next = await publishModel(connection, 'models', await writeNextVersion(folder, '2'));
  // Short steps, and a loose limit of latency for processes that share a machine. The defaults are for production.
  const canary = { steps: [0.1, 0.5, 1], stepMs: 2_000, minRequests: 100, maxLatencyRatio: 20 };
  await fleet.deploy({ ...next, canary });
  await fleet.settled();
  traffic.answers();
  console.log('Version 2 is a canary on both nodes, and node d joins meanwhile');
  await nodes.start('d');
  for (let step = -1; ; ) {
    const { state } = await fleet.state();
    if (state.canary?.state === 'aborted') throw new Error(`The canary was aborted: ${state.canary.reason}`);
    if (state.canary?.state === 'promoted') break;
    if (state.canary !== null && state.canary.step > step) {
      step = state.canary.step;
      console.log(`  step ${step + 1}; answers before it: ${traffic.answers()}`);
    }
    await sleep(200);
  }
  await fleet.settled();
  traffic.answers();
  await sleep(1_000);
  console.log(`It was promoted: ${traffic.answers()}`);

  const before = performance.now();
  await fleet.rollback();
  await fleet.settled();
  const took = Math.round(performance.now() - before);
  traffic.answers();
  await sleep(1_000);
  console.log(`Rolled back on all nodes within ${took} ms: ${traffic.answers()}`);

  const receipt = await sendOutcome(connection, { id: 'tx-1', isFraud: false });
  console.log(
    `The label of the first transaction: ${receipt.matched ? `node ${receipt.nodeId} decided it` : 'its node was killed'}`,
  );

  // Node d came last: it leaves in order, and its transactions go to the others.
  await nodes.end('d', 'SIGTERM');
  const { sent, failed } = await traffic.end();
  const { nodes: there, total } = await fleetSummary(connection, { expectedNodes: 2 });
  const p99 = total.recent.performance.latencyMs.p99;
  console.log(
    `${there.length} nodes are left; of all their requests of the last minute 99 % took at most ${p99?.toFixed(1)} ms there`,
  );
  console.log(`${sent} transactions, ${failed} without an answer`);
  await scorer.close();
  return failed === 0;
}

const server = await startNatsServer();
const folder = await mkdtemp(join(tmpdir(), 'fraud-scorer-fleet-'));
const nodes = new Nodes({ NATS_URL: server.url, MODEL: firstModel, MODELS: folder });
try {
  const connection = await connect({ servers: server.url, maxReconnectAttempts: -1 });
  process.exitCode = (await tell(connection, nodes, folder)) ? 0 : 1;
  await nodes.endAll('SIGTERM');
  await connection.close();
} finally {
  await nodes.endAll('SIGKILL');
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
