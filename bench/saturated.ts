/** `score()` with 2,048 requests outstanding, beside bare runtime loops on as many threads, in alternating slices. */

import { parseArgs } from 'node:util';
import { bundledModelDirectory } from '../src/deployment/bundled-model.js';
import { FraudScorer } from '../src/index.js';
import { BareLoops } from './bare-loops.js';
import { referenceRequests } from './reference-requests.js';
import { spread } from './statistics.js';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: bundledModelDirectory() },
    workers: { type: 'string', default: '2' },
    slices: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '2' },
    outstanding: { type: 'string', default: '2048' },
  },
});
const workers = Number(values.workers);
const sliceMs = Number(values.seconds) * 1000;
const outstanding = Number(values.outstanding);
const requests = referenceRequests(4_096);

const scorer = await FraudScorer.create({ model: values.model, workers });
const loops = await BareLoops.start(values.model, workers, 256);

async function saturate(durationMs: number): Promise<number> {
  const start = performance.now();
  const end = start + durationMs;
  let done = 0;
  const caller = async (index: number): Promise<void> => {
    for (let at = index; performance.now() < end; at = (at + outstanding) % requests.length) {
      const request = requests[at];
      if (request === undefined) throw new Error('no request');
      await scorer.score(request);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: outstanding }, (_, index) => caller(index)));
  return (done * 1000) / (performance.now() - start);
}

const scored: number[] = [];
const limits: number[] = [];
for (let slice = 0; slice < Number(values.slices); slice += 1) {
  scored.push(await saturate(sliceMs));
  limits.push(await loops.run(sliceMs));
}
const ratios = scored.map((rows, index) => rows / (limits[index] ?? Number.NaN));
const perSecond = (rows: number): string => `${Math.round(rows).toLocaleString('en')}/s`;
console.table({
  'score()': { 'median (lowest – highest)': spread(scored, perSecond) },
  'bare loops': { 'median (lowest – highest)': spread(limits, perSecond) },
  'score() / bare loops': { 'median (lowest – highest)': spread(ratios, (ratio) => ratio.toFixed(2)) },
});
const { latencyMs, batchSize } = scorer.summary().performance;
console.log(
  `latency P50 ${latencyMs.p50?.toFixed(1)} ms, P99 ${latencyMs.p99?.toFixed(1)} ms; mean batch ${batchSize.mean?.toFixed(0)}`,
);
await scorer.close();
await loops.close();
