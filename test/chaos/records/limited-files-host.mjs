// A host that records where no file may become larger than some MB: a process of its own, over the built package.

import { FraudScorer } from '../../../dist/index.js';
import { recordDecisions } from '../../../dist/records.js';

const { model, sink, decisions } = JSON.parse(process.argv[2]);
const features = { transaction_features: zeros(50), user_features: zeros(30), merchant_features: zeros(20) };
const limits = { maxQueueSize: 100_000, timeoutMs: Number.POSITIVE_INFINITY };
const scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'], logger: undefined, ...limits });
const recorder = recordDecisions(scorer, { sink, mask: { fields: { '/id': 'keep' } }, bufferBytes: 1_048_576 });

function zeros(size) {
  return new Float32Array(size);
}

for (let sent = 0; sent < decisions; sent += 1_000) {
  await scorer.scoreMany(Array.from({ length: 1_000 }, (_, index) => ({ id: `tx-${sent + index}`, features })));
}
await recorder.flush();
await scorer.close();
process.stdout.write(JSON.stringify(recorder.summary()));
