import { readFile } from 'node:fs/promises';
import { FraudScorer } from 'fraud-scorer';

const scorer = await FraudScorer.create({ model: process.env.MODEL, batching: process.env.BATCHING });
const result = await scorer.score(JSON.parse(await readFile(process.argv[2], 'utf8')));
await scorer.close();
console.log(JSON.stringify(result));
