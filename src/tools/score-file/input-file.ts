import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { reasonOf, ScoreFileError } from './score-file-error.js';

const gzipMark = [0x1f, 0x8b];

/** A file that is read from beginning to end. It is unpacked if it is gzipped. */
export interface InputFile {
  /** The size of the file on disk, in bytes. */
  size: number;
  /** @param onRead called with the number of bytes that have been read. */
  chunks(onRead: (bytes: number) => void): AsyncGenerator<Buffer>;
}

/** @throws {ScoreFileError} if it cannot be read. Reading its chunks throws the same. */
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
