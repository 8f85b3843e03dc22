const { FraudScorer } = require('fraud-scorer');
const { FeatureBuilder, generateTransactions } = require('fraud-scorer/reference');

async function main() {
  const { MODEL, WORKER_FILE, TOOL_WORKER_FILE, BATCHING } = process.env;
  const builder = new FeatureBuilder();
  const [transaction] = generateTransactions({ seed: 1, days: 1, customers: 20 });
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
}

main().catch(({ code, message }) => console.log(JSON.stringify({ code, message })));
