import { readFile } from 'node:fs/promises';
import { FraudScorer } from 'fraud-scorer';

const scorer = await FraudScorer.create({
  model: process.env.MODEL, // a model directory, which stays outside the bundle
  batching: process.env.BATCHING, // 'auto' needs the tools' worker; without it, leave out `toolWorkerFile`
  workerFile: new URL('./fraud-worker.mjs', import.meta.url),
  toolWorkerFile: new URL('./fraud-tool-worker.mjs', import.meta.url),
});
const result = await scorer.score(JSON.parse(await readFile(process.argv[2], 'utf8')));
await scorer.close();
console.log(JSON.stringify(result));
