/**
 * From transactions to a verified model directory, in one command:
 *
 *   npx tsx models/visa-fraud/training/train.ts --out models/visa-fraud/1
 *   npx tsx models/visa-fraud/training/train.ts --input FILE --train FROM..TO --test FROM..TO --out DIR
 */

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { processOutput } from '../../../src/cli/stream-output.js';
import { DAY_MS } from '../units.js';
import { type DateRange, parseDateRange } from './date-range.js';
import { runPython } from './run-python.js';
import { TRAINING_TEST, TRAINING_TRAIN } from './training-options.js';
import { verifyGraphs } from './verify-graphs.js';
import { writeFeaturesShown } from './write-features-shown.js';
import { writeReferenceOf } from './write-reference.js';

processOutput();

interface Options {
  input?: string;
  train: DateRange;
  test: DateRange;
  delayDays: string;
  out: string;
  name: string;
  modelVersion: string;
  seed: string;
  threads: string;
  python: string;
}

const program = new Command('train')
  .description('Trains the reference model and writes a verified model directory.')
  .option('--input <file>', 'CSV of transactions, packed with gzip or not (default: the generator)')
  .option('--train <from..to>', 'days to train on', parseDateRange, parseDateRange(TRAINING_TRAIN))
  .option('--test <from..to>', 'days to report on', parseDateRange, parseDateRange(TRAINING_TEST))
  .option('--delay-days <days>', 'days until a label is known', '7')
  .requiredOption('--out <dir>', 'where the model directory is written')
  .option('--name <name>', 'name in the manifest', 'visa-fraud')
  .option('--model-version <version>', 'version in the manifest', '1')
  .option('--seed <seed>', 'seed of the training', '1')
  .option('--threads <count>', 'threads of the training; the same number gives the same file', '1')
  .option('--python <command>', 'a Python 3 with torch 1.13, onnx and scikit-learn', 'python3')
  .parse();

const options = program.opts<Options>();
const work = mkdtempSync(join(tmpdir(), 'train-'));
try {
  await writeFeatures(join(work, 'features'));
  await trainNetwork(join(work, 'features'), join(work, 'model'));
  await publish(join(work, 'model'), options.out);
  await writeReferenceOf(join(work, 'features'), options.train, options.out, options.input === undefined);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

async function writeFeatures(folder: string): Promise<void> {
  const { input, train, test } = options;
  await writeFeaturesShown(input, folder, {
    labelDelayDays: Number(options.delayDays),
    // A spell of fraud may have begun a few days before the training.
    fromMs: train.fromMs - 7 * DAY_MS,
    untilMs: Math.max(train.untilMs, test.untilMs),
  });
}

async function trainNetwork(features: string, out: string): Promise<void> {
  const { train, test, name, modelVersion, seed, threads, python } = options;
  await runPython(python, 'train.py', {
    features,
    out,
    'train-from': train.fromMs,
    'train-until': train.untilMs,
    'test-from': test.fromMs,
    'test-until': test.untilMs,
    name,
    version: modelVersion,
    seed,
    threads,
  });
}

/** The images, where there was a test to draw them of. */
function plots(from: string): string[] {
  return readdirSync(from).filter((name) => name.endsWith('.svg'));
}

/** Writes the model directory, if the two graphs agree. */
async function publish(from: string, out: string): Promise<void> {
  const manifest: Record<string, unknown> & { inputs: { name: string; size: number }[] } = JSON.parse(
    readFileSync(join(from, 'model.json'), 'utf8'),
  );
  const bytes = readFileSync(join(from, 'verification.f32'));
  const rows = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const differences = await verifyGraphs(join(from, 'plain.onnx'), join(from, 'model.onnx'), manifest.inputs, rows);
  const list = Object.entries(differences).map(([name, value]) => `${name} ${value.toExponential(1)}`);
  console.log(`folded against plain, largest difference: ${list.join(', ')}`);
  const { name, version, file, ...rest } = manifest;
  const sha256 = createHash('sha256')
    .update(readFileSync(join(from, 'model.onnx')))
    .digest('hex');
  mkdirSync(out, { recursive: true });
  for (const copied of ['model.onnx', 'plain.onnx', 'report.json', ...plots(from)]) {
    copyFileSync(join(from, copied), join(out, copied));
  }
  writeFileSync(join(out, 'model.json'), `${JSON.stringify({ name, version, file, sha256, ...rest }, null, 1)}\n`);
  console.log(`model directory written: ${out}`);
}
