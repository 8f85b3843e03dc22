import { type Command, InvalidArgumentError, Option } from 'commander';
import type { DecisionLogRecord } from '../api/records.js';
import type { Decision } from '../api/result.js';
import { readRecords } from '../records/read/read-records.js';
import { writtenIds } from '../tools/explain/find-decisions.js';
import { OutputFile } from '../tools/score-file/output-file.js';
import { ScoreFileError, UnwrittenFileError } from '../tools/score-file/score-file-error.js';
import { time } from './arguments.js';
import type { Output } from './output.js';
import { givenFiles, placeOf, readKeyFile, refuse } from './records-input.js';
import { recordsText } from './records-text.js';

interface RecordsCommandOptions {
  from?: number;
  to?: number;
  id?: string;
  keyFile?: string;
  decision?: Decision[];
  kind?: DecisionLogRecord['kind'][];
  output?: string;
}

/** Lines are written together up to this length, in characters. */
const mostHeld = 256 * 1024;

/** Describes the command `records`. @param endWith is told whether all could be read. */
export function describeRecords(command: Command, output: Output, endWith: (isWell: boolean) => void): void {
  command
    .option('--from <time>', 'records from this time on, such as 2026-11-26 or 2026-11-26T14:30:00Z', time)
    .option('--to <time>', 'records before this time', time)
    .option('--id <id>', "records of one of the host's ids, or of its hash")
    .option('--key-file <file>', 'the key of the mask: hashes --id with it, as the writer did')
    .addOption(choices('--decision <list>', 'decisions alone: ', ['APPROVE', 'REVIEW', 'BLOCK']))
    .addOption(choices('--kind <list>', 'records of these kinds: ', ['decision', 'outcome', 'columns', 'end']))
    .option('--output <file>', 'write to a file, compressed where its name ends in .gz (default: the standard output)')
    .action(async (paths: string[], options: RecordsCommandOptions) => {
      try {
        endWith(await writeRecords(paths, options, output));
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === null) throw error;
        output.error(`${reason}\n`);
        endWith(false);
      }
    });
}

/** @returns whether all could be read. */
async function writeRecords(
  paths: readonly string[],
  options: RecordsCommandOptions,
  output: Output,
): Promise<boolean> {
  const wants = await filterOf(options);
  const files = await givenFiles(paths);
  const { output: target } = options;
  if (target !== undefined && files.some(({ path }) => placeOf(path) === placeOf(target)))
    refuse('--output', 'a file of its own', 'a file of records that is read');
  const reading = readRecords(files.map(({ path }) => path));
  const lines = options.output === undefined ? new OutputLines(output) : new FileLines(options.output);
  let written = 0;
  try {
    for await (const record of reading) {
      if (!wants(record)) continue;
      written += 1;
      // Whoever takes the lines may have seen enough.
      if (!(await lines.add(`${JSON.stringify(record)}\n`))) return true;
    }
    await lines.end();
  } catch (error) {
    await lines.discard();
    throw error;
  }
  if (written === 0 && options.id !== undefined && options.keyFile === undefined) {
    output.error('No record has this id. Where ids are hashed, give the key by --key-file.\n');
  }
  output.error(recordsText(written, reading));
  return reading.summary.damaged === 0;
}

async function filterOf({
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
  ...options
}: RecordsCommandOptions): Promise<(record: DecisionLogRecord) => boolean> {
  const { id, keyFile, decision, kind } = options;
  if (keyFile !== undefined && id === undefined) refuse('--key-file', '--id beside it', 'it alone');
  if (id === '') refuse('--id', 'an id', 'an empty text');
  const key = keyFile === undefined ? null : await readKeyFile(keyFile);
  const ids = id === undefined ? null : new Set(writtenIds(id, key));
  return (record) => {
    if (kind !== undefined && !kind.includes(record.kind)) return false;
    if (ids !== null && !('id' in record && record.id !== undefined && ids.has(record.id))) return false;
    if (decision !== undefined && !(record.kind === 'decision' && decision.includes(record.decision))) return false;
    const at = Date.parse(record.at);
    return at >= from && at < to;
  };
}

/** An option that takes some words, with commas between. */
function choices(flags: string, description: string, words: readonly string[]): Option {
  return new Option(flags, description + words.join(', ')).argParser((value) => {
    const list = value.split(',');
    if (list.every((word) => words.includes(word))) return list;
    throw new InvalidArgumentError(`expected some of ${words.join(', ')}, with commas between.`);
  });
}

/** What went wrong, where it is the file system's. */
function reasonOf(error: unknown): string | null {
  if (error instanceof UnwrittenFileError) return null;
  if (error instanceof ScoreFileError) return error.message;
  if (!(error instanceof Error && 'code' in error && 'path' in error)) return null;
  return `${String(error.path)} can't be read: ${String(error.code)}`;
}

/** Lines for the standard output. */
class OutputLines {
  readonly #output: Output;
  #held = '';

  constructor(output: Output) {
    this.#output = output;
  }

  /** @returns whether anybody takes more. */
  async add(line: string): Promise<boolean> {
    this.#held += line;
    return this.#held.length < mostHeld || this.#flush();
  }

  async end(): Promise<void> {
    await this.#flush();
  }

  async discard(): Promise<void> {
    await this.#flush();
  }

  async #flush(): Promise<boolean> {
    if (this.#held !== '') this.#output.write(this.#held);
    this.#held = '';
    return (await this.#output.ready?.()) ?? true;
  }
}

/** Lines for a file, which is there as a whole or not at all. */
class FileLines {
  readonly #file: OutputFile;
  #held = '';

  constructor(path: string) {
    this.#file = new OutputFile(path, path.endsWith('.gz'));
  }

  async add(line: string): Promise<boolean> {
    this.#held += line;
    if (this.#held.length >= mostHeld) await this.#flush();
    return true;
  }

  async end(): Promise<void> {
    await this.#flush();
    await this.#file.commit();
  }

  async discard(): Promise<void> {
    await this.#file.discard();
  }

  async #flush(): Promise<void> {
    const text = this.#held;
    this.#held = '';
    await this.#file.write(text);
  }
}
