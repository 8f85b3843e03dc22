import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { FraudScorer } from 'fraud-scorer';
import { nodeHandler } from 'fraud-scorer/http';

// Serves all routes of a model for schemathesis: node --import tsx test/schemathesis/serve.ts MODEL PORT

const { positionals } = parseArgs({ allowPositionals: true });
const [model = 'models/visa-fraud/1', port = '4700'] = positionals;
const scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
const handler = nodeHandler(scorer, {
  metrics: true,
  authorize: ({ headers }, { path }) => !path.startsWith('/deployments') || headers.authorization === 'Bearer test',
});
const server = createServer(handler).listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`${model} at http://127.0.0.1:${port}/openapi.json\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  handler.close();
  void scorer.close();
});
