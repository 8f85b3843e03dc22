/**
 * The handbook's protocol on a file of transactions: the network beside logistic regression and random forest on the
 * handbook's own features, trained on a week, tested on the week after the next.
 *
 *   npx tsx models/visa-fraud/training/evaluate.ts --input FILE --starts 2018-04-20,2018-04-27,2018-05-04,2018-05-11
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { runPython } from './run-python.js';
import { writeFeaturesShown } from './write-features-shown.js';

interface Options {
  input: string;
  starts: string;
  seed: string;
  threads: string;
  python: string;
  json?: string;
}

const options = new Command('evaluate')
  .description('Compares the network with the handbook’s models, by the handbook’s protocol.')
  .requiredOption('--input <file>', 'CSV of transactions, packed with gzip or not')
  .requiredOption('--starts <days>', 'first days of the weeks to train on, as YYYY-MM-DD, separated by commas')
  .option('--seed <seed>', 'seed of the training', '1')
  .option('--threads <count>', 'threads of the training', '1')
  .option('--python <command>', 'a Python 3 with torch 1.13, pandas and scikit-learn', 'python3')
  .option('--json <file>', 'where the figures are written')
  .parse()
  .opts<Options>();

const work = mkdtempSync(join(tmpdir(), 'evaluate-'));
try {
  // The whole file: the handbook's features are made from it too.
  const everything = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
  await writeFeaturesShown(options.input, work, { labelDelayDays: 7, ...everything });
  const { starts, seed, threads, json } = options;
  const output = json === undefined ? {} : { json };
  await runPython(options.python, 'evaluate.py', { features: work, starts, seed, threads, ...output });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
