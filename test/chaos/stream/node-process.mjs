// A node of the fleet: a scorer and a stream worker, in a process that is killed, hung and drained. Reports its versions to its parent.
import { connect } from '@nats-io/transport-node';
import { FraudScorer } from 'fraud-scorer';
import { scoreStream } from 'fraud-scorer/nats';

const { url, node, model, ackWaitMs, maxInFlight } = JSON.parse(process.argv[2]);
const report = (event) => process.send?.({ node, at: Date.now(), ...event });

const scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'], drift: false, timeoutMs: 10_000 });
const connection = await connect({
  servers: url,
  reconnectTimeWait: 100,
  maxReconnectAttempts: -1,
  noAsyncTraces: true,
});
report({ began: scorer.deployments()[0].version });
const worker = await scoreStream(scorer, connection, {
  stream: 'TRANSACTIONS',
  consumer: 'fraud',
  to: 'decisions.all',
  deadLetter: 'dead',
  ackWaitMs,
  maxInFlight,
  maxTries: 50,
  retryDelayMs: 100,
  encode: ({ id, fraudProbability, model: { version } }) =>
    JSON.stringify({ id, version, score: fraudProbability, node, at: Date.now() }),
});
report({ ready: true });

process.on('message', async (order) => {
  if (order.deploy !== undefined) {
    const before = scorer.deployments().find(({ role }) => role === 'primary').version;
    report({ began: order.version });
    await scorer.deploy(order.deploy);
    report({ ended: before });
  }
  if (order.drain) {
    await worker.drain();
    const stats = worker.stats();
    await connection.close();
    await scorer.close();
    report({ drained: true, stats });
    process.disconnect();
  }
});
