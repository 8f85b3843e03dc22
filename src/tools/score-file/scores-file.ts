import { formatOf } from './file-format.js';
import { OutputFile } from './output-file.js';
import { type ScoredRow, type ScoreLines, scoreLines } from './score-lines.js';

/** A file that scores are written to, in the format that its name says. Throws as `OutputFile` does. */
export class ScoresFile {
  readonly #path: string;
  readonly #isGzip: boolean;
  readonly #lines: ScoreLines;
  #file: OutputFile | null = null;

  /** Nothing is written yet. @param idColumn the column's name that tells the row. @throws where the name says no format. */
  constructor(path: string, idColumn: string) {
    const { kind, isGzip } = formatOf('--out', path);
    this.#path = path;
    this.#isGzip = isGzip;
    this.#lines = scoreLines(kind, idColumn);
  }

  async begin(): Promise<void> {
    this.#file = new OutputFile(this.#path, this.#isGzip);
    await this.#file.write(this.#lines.head);
  }

  async write(rows: readonly ScoredRow[]): Promise<void> {
    await this.#file?.write(this.#lines.lines(rows));
  }

  async commit(): Promise<void> {
    await this.#file?.commit();
  }

  async discard(): Promise<void> {
    await this.#file?.discard();
  }
}
