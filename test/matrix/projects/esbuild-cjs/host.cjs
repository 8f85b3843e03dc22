const { readFile } = require('node:fs/promises');
const { join } = require('node:path');
const { FraudScorer } = require('fraud-scorer');

async function main() {
  const scorer = await FraudScorer.create({
    model: process.env.MODEL,
    batching: process.env.BATCHING,
    workerFile: join(__dirname, 'fraud-worker.mjs'),
    toolWorkerFile: join(__dirname, 'fraud-tool-worker.mjs'),
  });
  const result = await scorer.score(JSON.parse(await readFile(process.argv[2], 'utf8')));
  await scorer.close();
  console.log(JSON.stringify(result));
}

main();
