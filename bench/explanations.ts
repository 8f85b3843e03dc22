/** What explaining 1% of 20,000 requests a second costs the others, in alternating slices with and without. */

import { parseArgs } from 'node:util';
import { bundledModelDirectory } from '../src/deployment/bundled-model.js';
import { FraudScorer } from '../src/index.js';
import { openLoop } from './open-loop.js';
import { referenceRequests } from './reference-requests.js';
import { quantile, spread } from './statistics.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: bundledModelDirectory() },
    workers: { type: 'string', default: '2' },
    slices: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '3' },
    rate: { type: 'string', default: '20000' },
  },
});
const requests = referenceRequests(4_096);
const scorer = await FraudScorer.create({ model: values.model, workers: Number(values.workers), timeoutMs: 10_000 });
const isExplained = (index: number): boolean => index % 100 === 0;

async function slice(explain: boolean): Promise<number> {
  const latencies = await openLoop({
    ratePerSecond: Number(values.rate),
    durationMs: Number(values.seconds) * 1000,
    send: (index) => {
      const request = requests[index % requests.length];
      if (request === undefined) throw new Error('no request');
      return scorer.score(request, explain && isExplained(index) ? { explain: true } : undefined);
    },
    keep: (index) => !isExplained(index),
  });
  return quantile(latencies, 0.99);
}

await slice(true);
const [without, withReasons]: [number[], number[]] = [[], []];
for (let round = 0; round < Number(values.slices); round += 1) {
  without.push(await slice(false));
  withReasons.push(await slice(true));
}
const ratios = withReasons.map((p99, index) => p99 / (without[index] ?? Number.NaN));
const ms = (value: number): string => `${value.toFixed(2)} ms`;
console.table({
  'P99 of the others, nothing explained': { 'median (lowest – highest)': spread(without, ms) },
  'P99 of the others, 1% explained': { 'median (lowest – highest)': spread(withReasons, ms) },
  'ratio of neighbouring slices': { 'median (lowest – highest)': spread(ratios, (ratio) => ratio.toFixed(2)) },
});
const { explanations } = scorer.summary();
console.log(`explained ${explanations.given}, skipped ${explanations.skipped}`);
await scorer.close();
