/**
 * Scores a file with a model directory, without the SDK, and prints how good the scores are:
 *
 *   npx tsx models/visa-fraud/training/score-file.ts FILE [MODEL_DIR]
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { processOutput } from '../../../src/cli/stream-output.js';
import { readTransactions } from '../csv/read-transactions.js';
import { FEATURES, FeatureBuilder, type ReferenceFeatures, type ReferenceInput } from '../reference.js';
import { areaUnderRoc, averagePrecision } from './ranking.js';

processOutput();

const BATCH = 1_024;
const INPUTS: readonly ReferenceInput[] = ['transaction_features', 'user_features', 'merchant_features'];

const [file, folder = fileURLToPath(new URL('../1', import.meta.url))] = process.argv.slice(2);
if (file === undefined) throw new Error('expected a file of transactions, received nothing');
const manifest: { inputs: { mean: number[]; std: number[] }[] } = JSON.parse(
  readFileSync(join(folder, 'model.json'), 'utf8'),
);
const session = await InferenceSession.create(join(folder, 'model.onnx'), { intraOpNumThreads: 1 });
const builder = new FeatureBuilder();
const probabilities: number[] = [];
const risks: number[] = [];
const labels: boolean[] = [];
let waiting: ReferenceFeatures[] = [];
for await (const transaction of readTransactions(file)) {
  waiting.push(builder.next(transaction));
  labels.push(transaction.isFraud === true);
  if (waiting.length === BATCH) await score();
}
if (waiting.length > 0) await score();
report();

async function score(): Promise<void> {
  const feeds: Record<string, Tensor> = {};
  for (const [index, name] of INPUTS.entries()) {
    const size = FEATURES[name].length;
    const { mean = [], std = [] } = manifest.inputs[index] ?? {};
    const data = new Float32Array(waiting.length * size);
    for (const [row, features] of waiting.entries()) {
      for (let i = 0; i < size; i++) {
        data[row * size + i] = ((features[name][i] ?? 0) - (mean[i] ?? 0)) / ((std[i] ?? 1) + 1e-8);
      }
    }
    feeds[name] = new Tensor('float32', data, [waiting.length, size]);
  }
  const outputs = await session.run(feeds);
  const logits = floats(outputs.logits);
  const risk = floats(outputs.risk_score);
  for (let row = 0; row < waiting.length; row++) {
    probabilities.push(1 / (1 + Math.exp((logits[2 * row] ?? 0) - (logits[2 * row + 1] ?? 0))));
    risks.push(risk[row] ?? 0);
  }
  waiting = [];
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error(`expected a float32 output, received ${tensor?.type ?? 'none'}`);
}

function report(): void {
  const count = labels.length;
  const frauds = labels.filter(Boolean).length;
  console.log(`${count} transactions, ${percent(frauds, count)} fraud`);
  for (const [name, scores] of Object.entries({ probability: probabilities, risk: risks })) {
    console.log(
      `by ${name}: area under ROC ${areaUnderRoc(labels, scores).toFixed(4)}, ` +
        `average precision ${averagePrecision(labels, scores).toFixed(4)}`,
    );
  }
  const decisions = probabilities.map((probability, row) => {
    const risk = risks[row] ?? 0;
    if (probability > 0.8 || risk > 0.9) return 'BLOCK';
    return probability > 0.5 || risk > 0.5 ? 'REVIEW' : 'APPROVE';
  });
  for (const decision of ['APPROVE', 'REVIEW', 'BLOCK']) {
    const chosen = labels.filter((_, row) => decisions[row] === decision);
    const found = chosen.filter(Boolean).length;
    console.log(
      `${decision}: ${percent(chosen.length, count)} of transactions, ${percent(found, chosen.length)} of them fraud, ` +
        `${percent(found, frauds)} of all fraud`,
    );
  }
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(2)} %`;
}
