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

/** What was written. */
interface ReferenceReport {
  directory: string;
  model: ModelIdentity;
  /** Of the file, those that were scored, and those that the reference is made of. */
  rows: number;
  scored: number;
  sampled: number;
  /** Parts of the reference whose rows look alike: what is seen is compared with the nearest one. */
  phases: number;
  /** Features with fewer bins, because they change with the time. */
  coarse: string[];
}

/** Describes the command `reference`. @param endWith is told whether the reference is there. */
export function describeReference(command: Command, output: Output, endWith: (isWell: boolean) => void): void {
  command
    .requiredOption(
      '--input <file>',
      'rows like those of the training, in the order of their time: CSV or NDJSON, or gzip',
    )
    .addOption(new Option('--bins <n>', 'the most bins of a feature').argParser(wholeNumber(2, 100)).default(10))
    .option('--skip-bad-rows', 'leave bad rows out (default: the first one ends it)')
    .option('--provider <name>', 'score on this provider (default: cuda and cpu)', providers)
    .addOption(new Option('--device <id>', 'the CUDA device').argParser(wholeNumber(0, 1_023)).default(0))
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
  const left = rows === scored ? '' : `, ${count(rows - scored)} bad ones left out`;
  lines.push(`${count(sampled)} of ${count(rows)} rows${left}`);
  if (phases > 1) lines.push(`${phases} phases: parts of the file whose rows look alike`);
  if (coarse.length > 0) lines.push(`Fewer bins, as they change with the time of the rows: ${coarse.join(', ')}`);
  return `${lines.map(escapeControls).join('\n')}\n`;
}
