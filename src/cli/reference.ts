import { type Command, Option } from 'commander';
import type { Provider } from '../api/provider.js';
import type { ModelIdentity } from '../api/result.js';
import { escapeControls } from '../errors/foreign-names.js';
import { readModelDirectory } from '../models/model-directory.js';
import { leastRows, ReferenceBuilder } from '../tools/drift-reference/reference-builder.js';
import { writeReference } from '../tools/drift-reference/write-reference.js';
import { ScoreFileError } from '../tools/score-file/score-file-error.js';
import { providers, wholeNumber } from './arguments.js';
import { asJson, type Output } from './output.js';
import { scoreRows } from './score-rows.js';

interface ReferenceOptions {
  input: string;
  bins: number;
  skipBadRows?: true;
  provider?: Provider[];
  device: number;
  json?: true;
}

/** The result of the command. */
interface ReferenceReport {
  directory: string;
  model: ModelIdentity;
  /** Rows in the file, rows that were scored, and rows in the reference. */
  rows: number;
  scored: number;
  sampled: number;
  /** Parts of the reference whose rows are similar. New rows are compared with the nearest part. */
  phases: number;
  /** Features that got fewer bins, because they change over time. */
  coarse: string[];
}

/** Describes the command `reference`. @param endWith gets whether the reference was written. */
export function describeReference(command: Command, output: Output, endWith: (isWell: boolean) => void): void {
  command
    .requiredOption('--input <file>', 'rows like the training rows, in time order: CSV or NDJSON, may be gzipped')
    .addOption(new Option('--bins <n>', 'the most bins per feature').argParser(wholeNumber(2, 100)).default(10))
    .option('--skip-bad-rows', 'skip bad rows (default: stop at the first bad row)')
    .option('--provider <name>', 'score on this provider (default: cuda and cpu)', providers)
    .addOption(new Option('--device <id>', 'the CUDA device id').argParser(wholeNumber(0, 1_023)).default(0))
    .option('--json', 'write JSON, for machines')
    .action(async (directory: string, options: ReferenceOptions) => {
      try {
        const report = await makeReference(directory, options);
        output.write(options.json ? asJson(report) : referenceText(report));
        endWith(true);
      } catch (error) {
        if (!(error instanceof ScoreFileError)) throw error;
        output.error(`${error.message}\n`);
        endWith(false);
      }
    });
}

async function makeReference(
  directory: string,
  { input, bins, skipBadRows, ...scoring }: ReferenceOptions,
): Promise<ReferenceReport> {
  const { manifest } = await readModelDirectory(directory);
  const { inputs, name, version } = manifest;
  const builder = new ReferenceBuilder(inputs);
  const columns = { id: undefined, label: undefined, amount: undefined };
  const order = { file: input, out: null, inputs, columns, skipBadRows: skipBadRows === true };
  const { rows, scored } = await scoreRows(order, { ...scoring, model: directory }, ({ features }, result) =>
    builder.add(features, result.fraudProbability),
  );
  if (builder.rows < leastRows) {
    throw new ScoreFileError(`${input}: expected at least ${leastRows} rows for a reference, found ${builder.rows}`);
  }
  const { reference, coarse } = builder.build(bins);
  await writeReference(directory, reference);
  return {
    directory,
    model: { name, version },
    rows,
    scored,
    sampled: reference.rows,
    phases: reference.phases?.length ?? 1,
    coarse,
  };
}

function referenceText({ directory, model, rows, scored, sampled, phases, coarse }: ReferenceReport): string {
  const lines = [`${model.name} ${model.version}: wrote the reference into model.json of ${directory}`];
  const count = (number: number): string => number.toLocaleString('en-US');
  const left = rows === scored ? '' : `, ${count(rows - scored)} bad rows skipped`;
  lines.push(`${count(sampled)} of ${count(rows)} rows${left}`);
  if (phases > 1) lines.push(`${phases} phases: parts of the file whose rows are similar`);
  if (coarse.length > 0) lines.push(`Fewer bins, because these features change over time: ${coarse.join(', ')}`);
  return `${lines.map(escapeControls).join('\n')}\n`;
}
