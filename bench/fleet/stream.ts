/**
 * `node --import tsx bench/fleet/stream.ts`: transactions a second of one stream worker. The stream is filled first, so that only the worker,
 * its scorer and nats-server share the cores.
 */

import { jetstreamManager } from '@nats-io/jetstream';
import { FraudScorer } from 'fraud-scorer';
import { scoreStream } from 'fraud-scorer/nats';
import { sendTransactions } from '../../test/chaos/stream/send-transactions.js';
import { NatsServer } from '../../test/support/nats-server.js';
import { fixtureModel } from '../../test/support/paths.js';

const transactions = Number(process.argv[2] ?? 200_000);
const server = await NatsServer.start();
const connection = await server.connect({ noAsyncTraces: true });
const manager = await jetstreamManager(connection);
await manager.streams.add({ name: 'TRANSACTIONS', subjects: ['transactions.>'] });
await manager.streams.add({ name: 'DECISIONS', subjects: ['decisions.>', 'dead'] });
const filling = performance.now();
await sendTransactions(connection, 0, transactions);
const filledPerSecond = perSecond(filling);

const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1, providers: ['cpu'], drift: false });
const cpuBefore = process.cpuUsage();
const start = performance.now();
const worker = await scoreStream(scorer, connection, {
  ...{ stream: 'TRANSACTIONS', consumer: 'fraud', to: 'decisions.all', deadLetter: 'dead' },
  maxInFlight: Number(process.argv[3] ?? 2_048),
});
while (worker.stats().decided < transactions) await new Promise((resolve) => setTimeout(resolve, 10));
const decidedPerSecond = perSecond(start);
const { user, system } = process.cpuUsage(cpuBefore);
await worker.drain();
const cpuMicrosPerTransaction = Math.round(((user + system) / transactions) * 10) / 10;
console.log(
  JSON.stringify({ transactions, filledPerSecond, decidedPerSecond, cpuMicrosPerTransaction, ...worker.stats() }),
);
await scorer.close();
await connection.close();
await server.stop();

function perSecond(from: number): number {
  return Math.round((transactions / (performance.now() - from)) * 1_000);
}
