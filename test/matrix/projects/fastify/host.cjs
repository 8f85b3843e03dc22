const Fastify = require('fastify');
const { FraudScorer } = require('fraud-scorer');
const { default: fraud } = require('fraud-scorer/fastify');

async function serve() {
  const scorer = await FraudScorer.create({ model: process.env.MODEL, workers: 1 });
  const app = Fastify();
  await app.register(fraud, { scorer, closeScorer: true });
  await app.listen({ port: Number(process.env.PORT) });
  console.log('listening');
  process.once('SIGTERM', () => app.close());
}

serve();
