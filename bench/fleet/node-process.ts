/** A node of the fleet, in a process of its own: serves a model, and beside it answers each message on `bench.echo` with its own bytes. */

import { once } from 'node:events';
import { connect } from '@nats-io/transport-node';
import { FraudScorer } from 'fraud-scorer';
import { serveScoring } from 'fraud-scorer/nats';
import type { FleetNodeTask } from './fleet-node.js';

const [task]: FleetNodeTask[] = await once(process, 'message');
if (task === undefined) throw new Error('node: expected a task');
const { url, model, id } = task;
const connection = await connect({ servers: url, maxReconnectAttempts: -1 });
const scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
const service = await serveScoring(scorer, connection, { id });
connection.subscribe('bench.echo', {
  queue: 'echo',
  callback: (error, message) => {
    if (error === null) message.respond(message.data);
  },
});
await connection.flush();
process.send?.({ kind: 'ready' });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const { requests, messages } = service.stats();
  process.send?.({ kind: 'usage', cpuMs: (user + system) / 1000, requests, messages });
});
// The bench is gone: nobody else wants this node.
process.once('disconnect', () => process.exit());
