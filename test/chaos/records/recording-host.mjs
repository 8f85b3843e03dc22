// A host that records its decisions and kills itself in the middle: a process of its own, over the built package.
// Before each flush it notes which requests were answered; after the flush it writes that down beside the records.

import { openSync, writeSync } from 'node:fs';
import { FraudScorer } from '../../../dist/index.js';
import { recordDecisions } from '../../../dist/records.js';

const { model, workers, sink, flushedFile, after, spinUs } = JSON.parse(process.argv[2]);
const features = { transaction_features: zeros(50), user_features: zeros(30), merchant_features: zeros(20) };
const flushed = openSync(flushedFile, 'a');
const scorer = await FraudScorer.create({ model, workers, providers: ['cpu'], timeoutMs: Number.POSITIVE_INFINITY });
const recorder = recordDecisions(scorer, { sink, mask: { fields: { '/id': 'keep' } } });
let sent = 0;
let answered = [];
let count = 0;

function zeros(size) {
  return new Float32Array(size);
}

async function load() {
  for (;;) {
    const id = sent;
    sent += 1;
    await scorer.score({ id: String(id), features });
    answered.push(id);
    count += 1;
    if (count === after) kill();
  }
}

/** The thread that writes goes on for a moment that was drawn, so that it is killed anywhere. */
function kill() {
  const until = performance.now() + spinUs / 1_000;
  while (performance.now() < until);
  process.kill(process.pid, 'SIGKILL');
}

async function flushAgainAndAgain() {
  for (;;) {
    const before = answered;
    answered = [];
    await recorder.flush();
    if (before.length > 0) writeSync(flushed, `${before.join('\n')}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

// Else most of it would be over before the thread that writes has started.
await recorder.flush();
for (let caller = 0; caller < 512; caller += 1) void load();
void flushAgainAndAgain();
