import { Buffer } from 'node:buffer';
import { fileChunks } from './file-chunks.js';
import { gzipMark } from './gzip-header.js';

const mark = Buffer.from(gzipMark);

/** Reads a file ahead by pieces, and keeps what was read since `commit`. */
export class ByteSource {
  readonly #chunks: AsyncGenerator<Buffer>;
  #kept: Buffer = Buffer.alloc(0);
  #cursor = 0;
  /** Where `#kept` begins in the file. */
  #base = 0;

  constructor(path: string) {
    this.#chunks = fileChunks(path);
  }

  /** What is there from the present place on. */
  get bytes(): Buffer {
    return this.#kept.subarray(this.#cursor);
  }

  /** The present place in the file. */
  get at(): number {
    return this.#base + this.#cursor;
  }

  /** @returns whether so many bytes are there. */
  async fill(count: number): Promise<boolean> {
    while (this.#kept.length - this.#cursor < count) {
      const { value, done } = await this.#chunks.next();
      if (done) return false;
      this.#kept = Buffer.concat([this.#kept, value]);
    }
    return true;
  }

  skip(count: number): void {
    this.#cursor = Math.min(this.#cursor + count, this.#kept.length);
  }

  /** Lets go of what lies before the present place. */
  commit(): void {
    this.#kept = this.bytes;
    this.#base += this.#cursor;
    this.#cursor = 0;
  }

  /** Goes back to where it was at the last `commit`. */
  rewind(): void {
    this.#cursor = 0;
  }

  /** Whether a member of a gzip file may begin in what was read since the last `commit`. */
  get hasMarkBehind(): boolean {
    return this.#kept.indexOf(mark, 1) > 0;
  }

  /** Goes to the next place where a member may begin, or to the end. */
  async skipToMark(): Promise<void> {
    while (await this.fill(mark.length)) {
      const found = this.bytes.indexOf(mark);
      if (found >= 0) return this.skip(found);
      this.skip(this.bytes.length - mark.length + 1);
      this.commit();
    }
    this.skip(this.bytes.length);
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }
}
