import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { cannotWrite } from './file-error.js';

/** Lines are written in pieces of about this size, because a write for each line would take longer than scoring. */
const PIECE_CHARACTERS = 1 << 16;

/** A file with a line of JSON for each transaction. The waiting text has a limit if the sender waits for `room`. */
export class NdjsonFile {
  readonly #file: string;
  readonly #stream: WriteStream;
  #piece = '';
  #error: unknown;

  /** Opens the file, or reports before anything is scored that it cannot be written. @throws UsageError */
  static async open(file: string): Promise<NdjsonFile> {
    try {
      const handle = await open(file, 'w');
      return new NdjsonFile(file, handle.createWriteStream({ encoding: 'utf8' }));
    } catch (error) {
      throw cannotWrite('--output', file, error);
    }
  }

  private constructor(file: string, stream: WriteStream) {
    this.#file = file;
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#error = error;
    });
  }

  write(line: Readonly<Record<string, unknown>>): void {
    this.#piece += `${JSON.stringify(line)}\n`;
    if (this.#piece.length >= PIECE_CHARACTERS) this.#handOn();
  }

  /** Undefined if more can be written at once, else a promise. @throws UsageError if the file could not be written */
  room(): Promise<void> | undefined {
    if (this.#error !== undefined) throw cannotWrite('--output', this.#file, this.#error);
    return this.#stream.writableNeedDrain ? this.#drained() : undefined;
  }

  /** Writes the rest. @throws UsageError if not everything could be written */
  async close(): Promise<void> {
    this.#handOn();
    try {
      if (this.#error !== undefined) throw this.#error;
      if (this.#stream.closed) return;
      const finished = once(this.#stream, 'close');
      this.#stream.end();
      await finished;
      if (this.#error !== undefined) throw this.#error;
    } catch (error) {
      throw cannotWrite('--output', this.#file, error);
    }
  }

  async #drained(): Promise<void> {
    try {
      await once(this.#stream, 'drain');
    } catch (error) {
      throw cannotWrite('--output', this.#file, error);
    }
  }

  #handOn(): void {
    if (this.#piece !== '' && this.#error === undefined) this.#stream.write(this.#piece);
    this.#piece = '';
  }
}
