import { formatOf } from './file-format.js';
import { OutputFile } from './output-file.js';
import { type ScoredRow, type ScoreLines, scoreLines } from './score-lines.js';

/** A file for scores, in the format that its name tells. Throws what `OutputFile` throws. */
export class ScoresFile {
  readonly #path: string;
  readonly #isGzip: boolean;
  readonly #lines: ScoreLines;
  #file: OutputFile | null = null;

  /** Writes nothing yet. @param idColumn the name of the column that identifies the row. @throws if the name tells no format. */
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
