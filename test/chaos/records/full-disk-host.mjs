// A host that records on a disk that fills up: a process of its own, over the built package. It scores until the alert `records` is raised, goes
// on while the disk is full, makes room as it is told, scores until records are written again, and says what it saw.

import { rmSync } from 'node:fs';
import { FraudScorer } from '../../../dist/index.js';
import { recordDecisions } from '../../../dist/records.js';

const { model, sink, ballast, onFull } = JSON.parse(process.argv[2]);
const features = { transaction_features: zeros(50), user_features: zeros(30), merchant_features: zeros(20) };
const scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'], logger: undefined });
const raised = [];
scorer.on('alert', ({ rule, message }) => raised.push({ rule, message }));
const recorder = recordDecisions(scorer, {
  sink,
  mask: { fields: { '/id': 'remove' } },
  onFull,
  bufferBytes: 1_048_576,
});
let failed = 0;

function zeros(size) {
  return new Float32Array(size);
}

async function scoreSome(count = 500) {
  const outcomes = await scorer.scoreMany(Array.from({ length: count }, () => ({ features })));
  failed += outcomes.filter(({ status }) => status !== 'fulfilled').length;
  await new Promise((resolve) => setImmediate(resolve));
}

while (recorder.summary().stalled === null) await scoreSome();
while (!raised.some(({ rule }) => rule === 'records')) await scoreSome();
const { stalled } = recorder.summary();
const whileFull = recorder.summary().dropped;
// Drops come in once the memory is full.
while (recorder.summary().dropped === whileFull) await scoreSome();
rmSync(ballast, { force: true });
const { written } = recorder.summary();
// One by one: the disk must not be full again before the recorder has found the room.
while (recorder.summary().stalled !== null || recorder.summary().written === written) await scoreSome(1);
await recorder.flush();
const { dropped } = recorder.summary();
await scorer.close();
const summary = recorder.summary();
process.stdout.write(JSON.stringify({ raised, stalled, failed, dropped, summary }));
