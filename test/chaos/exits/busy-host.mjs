// A host that ends, in the way it is told, while its workers are inside the runtime: a process of its own, over the built package.

import { FraudScorer } from '../../../dist/index.js';

const { how, code, after, model, workers } = JSON.parse(process.argv[2]);
const scorer = await FraudScorer.create({ model, workers, providers: ['cpu'], timeoutMs: Number.POSITIVE_INFINITY });
const controller = new AbortController();
const features = { transaction_features: zeros(50), user_features: zeros(30), merchant_features: zeros(20) };
let answered = 0;

function zeros(size) {
  return new Float32Array(size);
}

async function load() {
  while (!controller.signal.aborted) {
    await scorer.score({ features }, { signal: controller.signal }).catch(() => {});
    answered += 1;
    if (answered === after) end();
  }
}

function end() {
  if (how === 'exit') process.exit(code);
  if (how === 'exception') {
    setImmediate(() => {
      throw new Error('of the host');
    });
  }
  // Nothing is left to wait for, and the workers are still at what was given up.
  if (how === 'natural end') controller.abort();
  if (how === 'signal') process.send('busy');
}

for (let caller = 0; caller < 2_048; caller += 1) void load();
