import { type Command, InvalidArgumentError, Option } from 'commander';
import { FraudScorerError, InvalidOptionsError } from '../errors.js';
import { ModelFolder } from '../tools/replay/model-folder.js';
import { replayFiles } from '../tools/replay/replay-files.js';
import type { ReplayedRecord, ReplayReport } from '../tools/replay/replay-report.js';
import type { ReplayResult } from '../tools/replay/replay-result.js';
import { isRecordsName, type SourceFile } from '../tools/replay/source-files.js';
import { OutputFile } from '../tools/score-file/output-file.js';
import { ScoreFileError, UnwrittenFileError } from '../tools/score-file/score-file-error.js';
import { wholeNumber } from './arguments.js';
import { asJson, exitCodes, type Output } from './output.js';
import { packageManifest } from './package-manifest.js';
import { progressBar } from './progress-bar.js';
import { givenFiles, placeOf } from './records-input.js';
import { replayHtml } from './replay-html.js';
import { notReplayedText } from './replay-result-text.js';
import { replayText } from './replay-text.js';

interface ReplayCommandOptions {
  models: string;
  against?: string;
  policy: 'own' | 'recorded';
  tolerance: number;
  json?: string | true;
  html?: string;
  records?: string;
  limit?: number;
}

const codes: Readonly<Record<ReplayResult, number>> = {
  'as recorded': exitCodes.ok,
  different: exitCodes.problem,
  'nothing replayed': exitCodes.nothingReplayed,
  'partly replayed': exitCodes.partlyReplayed,
};

const codesHelp = `
Exit codes:
  0  all decisions of models are identical or within the tolerance
  1  a decision is different, or a part of a file is damaged or can't be read
  2  the command was not understood, or FILES or a directory is not there
  3  the output could not be written
  4  nothing could be replayed: no decision was compared
  5  some decisions of models could not be replayed; all others are as recorded
Decisions of the fallback have no scores: they do not count for 0 and 5.`;

/** Describes the command `replay`. @param end is told the exit code. */
export function describeReplay(command: Command, output: Output, end: (code: number) => void): void {
  command
    .requiredOption('--models <dir>', 'the model directories of the versions that decided, or a folder of them')
    .option('--against <dir>', 'another model directory: what would it have decided')
    .addOption(
      new Option('--policy <whose>', "the thresholds of --against: the model's own, or the recorded ones")
        .choices(['own', 'recorded'])
        .default('own'),
    )
    .addOption(
      new Option('--tolerance <n>', 'how far a score or raw output may be from the recorded one')
        .argParser(tolerance)
        .default(1e-6),
    )
    .option('--json [file]', 'write the report as JSON to a file, or instead of the text')
    .option('--html <file>', 'write the report as HTML to a file')
    .option('--records <file>', 'write what each record came to, a line of JSON each: .ndjson, and .gz')
    .addOption(
      new Option('--limit <n>', 'stop after so many decisions').argParser(wholeNumber(1, Number.MAX_SAFE_INTEGER)),
    )
    .addHelpText('after', codesHelp)
    .action(async (paths: string[], options: ReplayCommandOptions) => {
      try {
        const report = await replay(paths, options);
        output.error(notReplayedText(report));
        output.write(options.json === true ? asJson(report) : replayText(report));
        end(codes[report.result]);
      } catch (error) {
        if (!(error instanceof ScoreFileError) || error instanceof UnwrittenFileError) throw error;
        output.error(`${error.message}\n`);
        end(exitCodes.problem);
      }
    });
}

async function replay(paths: readonly string[], options: ReplayCommandOptions): Promise<ReplayReport> {
  const files = await givenFiles(paths);
  refuseMisuse(files, options);
  const models = await folderOf('--models', options.models);
  const against = options.against === undefined ? undefined : await folderOf('--against', options.against);
  const model = await against?.only();
  const outputs = new ReportFiles(options);
  const abort = new AbortController();
  const stop = (): void => abort.abort(new ScoreFileError('Interrupted.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const bar = progressBar(process.stderr);
  try {
    await outputs.begin();
    const report = await replayFiles({
      files,
      models,
      tolerance: options.tolerance,
      package: packageManifest().version,
      limit: options.limit,
      against: model === undefined ? undefined : { model, policy: options.policy },
      onProgress: (bytes, totalBytes, decisions) => bar.update(bytes, totalBytes, decisions),
      onRecord: outputs.onRecord,
      signal: abort.signal,
    });
    await outputs.commit(report);
    return report;
  } catch (error) {
    await outputs.discard();
    throw error;
  } finally {
    bar.stop();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** @throws {InvalidOptionsError} where a report would replace records, or another report, or `--policy` has no effect. */
function refuseMisuse(files: readonly SourceFile[], options: ReplayCommandOptions): void {
  const { json, html, records, policy, against } = options;
  if (policy === 'recorded' && against === undefined) {
    throw new InvalidOptionsError([{ path: '--policy', expected: '--against beside it', received: 'it alone' }]);
  }
  const taken = new Map(files.map(({ path }) => [placeOf(path), 'a file of records that is read']));
  for (const [option, path] of [
    ['--json', json],
    ['--html', html],
    ['--records', records],
  ] as const) {
    if (typeof path !== 'string') continue;
    const isRecords = option !== '--records' && isRecordsName(path);
    const received = taken.get(placeOf(path)) ?? (isRecords ? 'the name of a file of records' : null);
    if (received !== null) {
      throw new InvalidOptionsError([{ path: option, expected: 'a file of its own for the report', received }]);
    }
    taken.set(placeOf(path), `that of ${option}`);
  }
}

async function folderOf(option: string, folder: string): Promise<ModelFolder> {
  try {
    return await ModelFolder.open(folder);
  } catch (error) {
    if (!(error instanceof FraudScorerError)) throw error;
    const expected = 'a model directory, or a folder of model directories';
    throw new InvalidOptionsError([{ path: option, expected, received: error.message }]);
  }
}

/** Lines that are written together. */
const linesTogether = 4_096;

/** The files that a replay writes: each is there as a whole or not at all. */
class ReportFiles {
  readonly #options: ReplayCommandOptions;
  readonly #files = new Map<'json' | 'html' | 'records', OutputFile>();
  #lines: string[] = [];
  #writing: Promise<void> = Promise.resolve();

  constructor(options: ReplayCommandOptions) {
    this.#options = options;
  }

  get onRecord(): ((record: ReplayedRecord) => void) | undefined {
    if (this.#options.records === undefined) return undefined;
    return (record) => {
      this.#lines.push(JSON.stringify(record));
      if (this.#lines.length >= linesTogether) this.#flush();
    };
  }

  /** So that a folder that is not there is found now. @throws {ScoreFileError} where a file can't be written. */
  async begin(): Promise<void> {
    const { json, html, records } = this.#options;
    if (typeof json === 'string') this.#files.set('json', new OutputFile(json, false));
    if (html !== undefined) this.#files.set('html', new OutputFile(html, false));
    if (records !== undefined) this.#files.set('records', new OutputFile(records, records.endsWith('.gz')));
    for (const file of this.#files.values()) await file.write('');
  }

  async commit(report: ReplayReport): Promise<void> {
    this.#flush();
    await this.#writing;
    await this.#files.get('json')?.write(asJson(report));
    if (this.#files.has('html')) await this.#files.get('html')?.write(await replayHtml(report));
    for (const file of this.#files.values()) await file.commit();
  }

  async discard(): Promise<void> {
    await this.#writing.catch(() => {});
    for (const file of this.#files.values()) await file.discard();
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join('\n')}\n`;
    this.#lines = [];
    this.#writing = this.#writing.then(() => this.#files.get('records')?.write(text));
    this.#writing.catch(() => {});
  }
}

function tolerance(text: string): number {
  const number = /^\d*\.?\d+(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError('expected a number from 0 to 1, such as 1e-6.');
}
