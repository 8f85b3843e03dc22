import { randomUUID } from 'node:crypto';
import { createWriteStream, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { reasonOf, UnwrittenFileError } from './score-file-error.js';

/**
 * A file that is either complete or absent. It is written under another name next to the target and renamed at the end. It replaces an
 * existing file. What is no file, such as a device or a named pipe, is written to as it is: a file must not take its place.
 */
export class OutputFile {
  readonly #path: string;
  /** null where it is written to as it is. */
  readonly #temporary: string | null;
  readonly #stream: Writable;
  readonly #end: Promise<void>;

  constructor(path: string, isGzip: boolean) {
    this.#path = path;
    this.#temporary = isNoFile(path) ? null : join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
    const file =
      this.#temporary === null ? createWriteStream(path) : createWriteStream(this.#temporary, { flags: 'wx' });
    const gzip = isGzip ? createGzip() : null;
    this.#stream = gzip ?? file;
    this.#end = gzip === null ? pipelineOf(file) : pipeline(gzip, file);
    // The next write, or the end, reports it.
    this.#end.catch(() => {});
  }

  /** Resolves when there is room for more. @throws {UnwrittenFileError} if it cannot be written. `commit` throws the same. */
  async write(text: string): Promise<void> {
    await this.#attempt(
      () =>
        new Promise<void>((resolve, reject) => {
          this.#stream.write(text, (error) => (error ? reject(error) : resolve()));
        }),
    );
  }

  /** Ends the file and gives it its name. */
  async commit(): Promise<void> {
    await this.#attempt(async () => {
      this.#stream.end();
      await this.#end;
      if (this.#temporary !== null) await rename(this.#temporary, this.#path);
    });
  }

  /** Removes the temporary file, unless it was committed. */
  async discard(): Promise<void> {
    this.#stream.destroy();
    await this.#end.catch(() => {});
    if (this.#temporary !== null) await rm(this.#temporary, { force: true }).catch(() => {});
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      // If the underlying file failed, the stream only says that it was closed.
      const cause = await this.#end.then(
        () => error,
        (reason: unknown) => reason,
      );
      throw new UnwrittenFileError(`${this.#path} can't be written: ${reasonOf(cause)}`);
    }
  }
}

/** Whether something is there that is neither a file nor a directory. */
function isNoFile(path: string): boolean {
  try {
    const there = statSync(path);
    return !there.isFile() && !there.isDirectory();
  } catch {
    // Writing says what is wrong.
    return false;
  }
}

function pipelineOf(file: Writable): Promise<void> {
  return new Promise((resolve, reject) => {
    file.once('close', resolve);
    file.once('error', reject);
  });
}
