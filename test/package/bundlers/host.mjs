import { FraudScorer } from 'fraud-scorer';
import { FeatureBuilder, generateTransactions } from 'fraud-scorer/reference';

const { MODEL, WORKER_FILE, TOOL_WORKER_FILE, BATCHING } = process.env;
const builder = new FeatureBuilder();
const [transaction] = generateTransactions({ seed: 1, days: 1, customers: 20 });
try {
  const scorer = await FraudScorer.create({
    workers: 1,
    providers: ['cpu'],
    model: MODEL,
    workerFile: WORKER_FILE,
    toolWorkerFile: TOOL_WORKER_FILE,
    batching: BATCHING,
  });
  const result = await scorer.score({ id: 'a', features: builder.next(transaction) });
  await scorer.close();
  console.log(JSON.stringify(result));
} catch ({ code, message }) {
  console.log(JSON.stringify({ code, message }));
}
