import { connect } from '@nats-io/transport-node';
import { FraudScorer } from 'fraud-scorer';
import { followDeployments, serveScoring } from 'fraud-scorer/nats';
import '../start-failures.js';

const { NATS_URL: servers = 'nats://127.0.0.1:4222', NODE_ID: id } = process.env;
const { MODEL: model, MODELS: directory = 'models' } = process.env;

const connection = await connect({ servers, maxReconnectAttempts: -1 });
// It serves this version until the fleet's state says what else.
const scorer = await FraudScorer.create({ model, workers: 1 });
const follower = await followDeployments(scorer, connection, {
  name: 'cards',
  id,
  models: { directory, objectStore: 'models' },
});
await follower.caughtUp();
const service = await serveScoring(scorer, connection, { id });
console.log('ready');

// So no transaction is lost: the node leaves the group, answers what it has, and then ends.
process.once('SIGTERM', async () => {
  await service.drain();
  await follower.stop();
  await scorer.close();
  await connection.close();
});
