import { readFile, writeFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { processOutput } from '../../../src/cli/stream-output.js';
import { FeatureBuilder, generateTransactions, type ReferenceFeatures } from '../reference.js';

processOutput();

/**
 * Writes `cases.json`: rows, and what the plain graph, which is not the one that is served, makes of them. `fraud-scorer check` and
 * `doctor` hold the served graph against it on each provider.
 */

const wanted = { BLOCK: 4, REVIEW: 4, APPROVE: 8 };
type Decision = keyof typeof wanted;

interface Input {
  name: keyof ReferenceFeatures;
  size: number;
  mean: number[];
  std: number[];
}

const directory = new URL('../1/', import.meta.url);
const { inputs }: { inputs: Input[] } = JSON.parse(await readFile(new URL('model.json', directory), 'utf8'));
const session = await InferenceSession.create(await readFile(new URL('plain.onnx', directory)));
const builder = new FeatureBuilder();
const cases: object[] = [];
const left = { ...wanted };

for (const transaction of generateTransactions({ seed: 20_260_601, days: 60, customers: 60 })) {
  const features = builder.next(transaction);
  const feeds: Record<string, Tensor> = {};
  const rounded: Record<string, number[]> = {};
  for (const { name, size, mean, std } of inputs) {
    const values = [...Float32Array.from(features[name])];
    rounded[name] = values;
    const normalised = values.map((value, index) => (value - (mean[index] ?? 0)) / ((std[index] ?? 1) + 1e-8));
    feeds[name] = new Tensor('float32', Float32Array.from(normalised), [1, size]);
  }
  const results = await session.run(feeds);
  const [genuine, fraud] = [Number(results.logits?.data[0]), Number(results.logits?.data[1])];
  const fraudProbability = Math.fround(1 / (1 + Math.exp(genuine - fraud)));
  const riskScore = Number(results.risk_score?.data[0]);
  const decision = decide(fraudProbability, riskScore);
  if (left[decision] === 0) continue;
  left[decision] -= 1;
  cases.push({ features: rounded, expected: { fraudProbability, riskScore, decision } });
}
await session.release();
await writeFile(new URL('cases.json', directory), `[\n${cases.map((item) => JSON.stringify(item)).join(',\n')}\n]\n`);
console.log(`${cases.length} cases`, left);

/** By the default thresholds. */
function decide(probability: number, risk: number): Decision {
  if (probability > 0.8 || risk > 0.9) return 'BLOCK';
  return probability > 0.5 || risk > 0.5 ? 'REVIEW' : 'APPROVE';
}
