import { basename, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultPolicy } from '../answering/policy.js';
import type { Provider } from '../api/provider.js';
import type { Decision } from '../api/result.js';
import { InvalidOptionsError } from '../errors.js';
import { systemClock } from '../host/clock.js';
import type { Manifest } from '../models/manifest.js';
import { readModelDirectory } from '../models/model-directory.js';
import { LabelledRows } from '../tools/score-file/evaluation.js';
import { formatOf } from '../tools/score-file/file-format.js';
import type { Costs } from '../tools/score-file/metrics/money-saved.js';
import { usualThresholds } from '../tools/score-file/metrics/threshold-table.js';
import { OutputFile } from '../tools/score-file/output-file.js';
import type { ScoreFileOrder } from '../tools/score-file/score-file.js';
import { ScoreFileError, UnwrittenFileError } from '../tools/score-file/score-file-error.js';
import { scoreColumns } from '../tools/score-file/score-lines.js';
import { UnknownTexts } from '../tools/score-file/unknown-texts.js';
import { providers, wholeNumber } from './arguments.js';
import { asJson, type Output } from './output.js';
import { scoreReport } from './score-report.js';
import { scoreRows } from './score-rows.js';
import { type ScoreSummary, scoreText } from './score-text.js';

interface ScoreOptions {
  model: string;
  out: string;
  id?: string;
  label?: string;
  amount?: string;
  reviewCost?: number;
  blockCost: number;
  thresholds: readonly number[];
  report?: string;
  skipBadRows?: true;
  provider?: Provider[];
  device: number;
  json?: true;
}

/** Describes the command `score`. @param endWith gets whether the file of scores was written. */
export function describeScore(command: Command, output: Output, endWith: (isWell: boolean) => void): void {
  command
    .requiredOption('--model <dir>', 'the model directory')
    .requiredOption('--out <file>', 'the file to write: .csv or .ndjson, optionally with .gz')
    .option('--id <column>', "a column to copy beside each score (default: the row's number)")
    .option('--label <column>', 'the label column (1 or true is fraud): measures the scores')
    .option('--amount <column>', 'the amount column: computes the money saved')
    .addOption(new Option('--review-cost <n>', 'the cost of one review').argParser(cost))
    .addOption(
      new Option('--block-cost <share>', 'the cost of blocking a good transaction, as a share of its amount')
        .argParser(cost)
        .default(1),
    )
    .addOption(
      new Option('--thresholds <list>', 'review thresholds to compare, separated by commas')
        .argParser(thresholdsOf)
        .default(usualThresholds, 'from 0.01 to 0.99'),
    )
    .option('--report <file>', 'write a report with curves to this HTML file')
    .option('--skip-bad-rows', 'skip bad rows and list them (default: stop at the first bad row)')
    .option('--provider <name>', 'score on this provider (default: cuda and cpu)', providers)
    .addOption(new Option('--device <id>', 'the CUDA device id').argParser(wholeNumber(0, 1_023)).default(0))
    .option('--json', 'write JSON, for machines')
    .action(async (file: string, options: ScoreOptions) => {
      refuseMisuse(file, options);
      try {
        const summary = await score(file, options);
        if (summary.rows === 0) output.error(`Warning: ${file} has no rows; ${options.out} has no scores\n`);
        output.write(options.json ? asJson(summary) : scoreText(summary));
        endWith(true);
      } catch (error) {
        if (!(error instanceof ScoreFileError) || error instanceof UnwrittenFileError) throw error;
        output.error(`${error.message}\n`);
        endWith(false);
      }
    });
}

async function score(file: string, options: ScoreOptions): Promise<ScoreSummary> {
  const { out, thresholds, report } = options;
  const startedMs = systemClock.now();
  const { manifest } = await readModelDirectory(options.model);
  // Import it before the rows are scored, so that a missing directory is found now.
  const reportFile = report === undefined ? null : new OutputFile(report, false);
  try {
    await reportFile?.write('');
    const labelled = new LabelledRows();
    const unknownTexts = new UnknownTexts(manifest.inputs);
    const decisions: Record<Decision, number> = { APPROVE: 0, REVIEW: 0, BLOCK: 0 };
    const scored = await scoreRows(orderOf(file, manifest, options), options, (row, result) => {
      decisions[result.decision] += 1;
      unknownTexts.add(row.features);
      if (options.label !== undefined) labelled.add(row, result);
    });
    const { blockProbability } = { ...defaultPolicy, ...manifest.policy };
    const isLabelled = options.label !== undefined;
    const evaluation = isLabelled ? labelled.evaluate(thresholds, blockProbability, costsOf(options)) : null;
    const seconds = (systemClock.now() - startedMs) / 1_000;
    const { name, version } = manifest;
    const model = { name, version };
    const counts = { ...scored, unknownTexts: unknownTexts.list(), decisions };
    const summary = { model, file, out, report: report ?? null, seconds, ...counts, evaluation };
    await reportFile?.write(await scoreReport(summary, labelled.cumulative()));
    await reportFile?.commit();
    return summary;
  } catch (error) {
    await reportFile?.discard();
    throw error;
  }
}

function orderOf(
  file: string,
  { inputs }: Manifest,
  { out, id, label, amount, skipBadRows }: ScoreOptions,
): ScoreFileOrder {
  return { file, out, inputs, columns: { id, label, amount }, skipBadRows: skipBadRows === true };
}

function costsOf({ amount, reviewCost, blockCost }: ScoreOptions): Costs | null {
  return amount === undefined || reviewCost === undefined ? null : { reviewCost, blockCost };
}

/** @throws {InvalidOptionsError} if options do not fit together. */
function refuseMisuse(file: string, { out, id, label, amount, reviewCost, report }: ScoreOptions): void {
  formatOf('FILE', file);
  formatOf('--out', out);
  const refuse = (path: string, expected: string, received: string): never => {
    throw new InvalidOptionsError([{ path, expected, received }]);
  };
  if (amount !== undefined && label === undefined) refuse('--amount', '--label beside it', 'it alone');
  if (report !== undefined && label === undefined) refuse('--report', '--label beside it', 'it alone');
  if ((amount === undefined) !== (reviewCost === undefined)) {
    refuse(amount === undefined ? '--review-cost' : '--amount', '--amount and --review-cost together', 'it alone');
  }
  const taken = scoreColumns.find((name) => name === id);
  if (taken !== undefined) refuse('--id', 'a column whose name is not that of a score', taken);
  for (const [option, path] of [
    ['--out', out],
    ['--report', report],
  ] as const) {
    if (path !== undefined && resolve(path) === resolve(file))
      refuse(option, 'another file than the one that is scored', basename(path));
  }
  if (report !== undefined && resolve(report) === resolve(out))
    refuse('--report', 'another file than --out', basename(out));
}

function cost(text: string): number {
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw new InvalidArgumentError('expected a number of at least 0.');
}

function thresholdsOf(text: string): number[] {
  const thresholds = text.split(',').map((part) => (/^\d*\.?\d+$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (!thresholds.every((threshold) => threshold >= 0 && threshold <= 1)) {
    throw new InvalidArgumentError('expected numbers from 0 to 1 with commas between, such as 0.2,0.5,0.9.');
  }
  return [...new Set(thresholds)].sort((a, b) => a - b);
}
