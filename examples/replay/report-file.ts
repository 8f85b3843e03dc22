import { access, constants, open, unlink, writeFile } from 'node:fs/promises';
import { cannotWrite } from './file-error.js';

/** The file of the whole report. It is opened as a test before anything is scored, and written at the end. */
export class ReportFile {
  readonly #file: string;
  /** Whether the test created it. Then an empty file must not be left behind. */
  readonly #isNew: boolean;
  #written = false;

  /** @throws UsageError if the file cannot be written */
  static async open(file: string): Promise<ReportFile> {
    try {
      const isNew = await access(file, constants.F_OK).then(
        () => false,
        () => true,
      );
      // Opened to append, so that an earlier report stays until there is a new one.
      await (await open(file, 'a')).close();
      return new ReportFile(file, isNew);
    } catch (error) {
      throw cannotWrite('--json', file, error);
    }
  }

  private constructor(file: string, isNew: boolean) {
    this.#file = file;
    this.#isNew = isNew;
  }

  /** @throws UsageError if not everything could be written */
  async write(report: unknown): Promise<void> {
    try {
      await writeFile(this.#file, `${JSON.stringify(report, undefined, 2)}\n`);
      this.#written = true;
    } catch (error) {
      throw cannotWrite('--json', this.#file, error);
    }
  }

  /** Removes an empty file if there was no report to write. */
  async close(): Promise<void> {
    if (this.#isNew && !this.#written) await unlink(this.#file).catch(() => {});
  }
}
