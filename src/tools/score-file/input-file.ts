import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { reasonOf, ScoreFileError } from './score-file-error.js';

const gzipMark = [0x1f, 0x8b];

/** A file that is read from its beginning to its end, unpacked where it is a gzip file. */
export interface InputFile {
  /** Bytes of the file, as it lies on the disk. */
  size: number;
  /** @param onRead is told how many bytes of the file have been read. */
  chunks(onRead: (bytes: number) => void): AsyncGenerator<Buffer>;
}

/** @throws {ScoreFileError} where it can't be read; so does the reading of its chunks. */
export async function openInput(path: string): Promise<InputFile> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(gzipMark.length), 0, gzipMark.length, 0);
      const isGzip = bytesRead === gzipMark.length && gzipMark.every((byte, at) => buffer[at] === byte);
      return { size, chunks: (onRead) => chunksOf(path, isGzip, onRead) };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new ScoreFileError(`${path} can't be read: ${reasonOf(error)}`);
  }
}

async function* chunksOf(path: string, isGzip: boolean, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const unpacked = isGzip ? file.pipe(createGunzip()) : file;
  // A pipe does not pass errors on.
  if (isGzip) file.on('error', (error) => unpacked.destroy(error));
  try {
    for await (const chunk of unpacked) {
      onRead(file.bytesRead);
      yield chunk;
    }
  } catch (error) {
    throw new ScoreFileError(`${path} can't be read: ${reasonOf(error)}`);
  } finally {
    unpacked.destroy();
    file.destroy();
  }
}
