import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { NdjsonFile } from './ndjson-file.js';
import type { ReplayOptions } from './options.js';
import { ReportFile } from './report-file.js';
import { UsageError } from './usage-error.js';

type Paths = Pick<ReplayOptions, 'input' | 'json' | 'output'>;

/** The requested output files. They are opened before anything is scored. */
export class OutputFiles {
  readonly lines: NdjsonFile | undefined;
  readonly report: ReportFile | undefined;

  /** @throws UsageError if a file cannot be written, or is needed for something else */
  static async open(paths: Paths): Promise<OutputFiles> {
    await expectDifferentFiles(paths);
    const report = paths.json === undefined ? undefined : await ReportFile.open(paths.json);
    try {
      return new OutputFiles(paths.output === undefined ? undefined : await NdjsonFile.open(paths.output), report);
    } catch (error) {
      await report?.close();
      throw error;
    }
  }

  private constructor(lines: NdjsonFile | undefined, report: ReportFile | undefined) {
    this.lines = lines;
    this.report = report;
  }

  /** Closes the files that are still open after a reported failure. A second failure would hide the first. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.lines?.close().catch(() => {});
    await this.report?.close();
  }
}

/** Opening a file for writing empties it, so the input would be lost. */
async function expectDifferentFiles({ input, json, output }: Paths): Promise<void> {
  if (json !== undefined && output !== undefined && (await isSameFile(json, output))) {
    throw new UsageError(`--output ${output}: expected another file than that of --json`);
  }
  for (const [flag, file] of Object.entries({ '--json': json, '--output': output })) {
    if (file !== undefined && (await isSameFile(file, input))) {
      throw new UsageError(`${flag} ${file}: expected another file than the input`);
    }
  }
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([stat(one).catch(() => undefined), stat(other).catch(() => undefined)]);
  if (a === undefined || b === undefined) return resolve(one) === resolve(other);
  // Two files may both be /dev/null.
  return a.isFile() && a.dev === b.dev && a.ino === b.ino;
}
