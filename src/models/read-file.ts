import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, readFile, realpath, stat } from 'node:fs/promises';
import { FraudScorerError, ModelInvalidError } from '../errors.js';
import { outOfResources } from '../host/out-of-resources.js';
import { codeOf } from '../host/thrown.js';

/** A file's contents in memory that threads can share. */
export interface SharedFile {
  bytes: SharedArrayBuffer;
  /** Of these bytes, in lower-case hexadecimal. */
  sha256: string;
}

/** Bytes that are read and hashed in one go: the event loop has its turn after each. */
const chunkBytes = 2 ** 19;

/**
 * Where a path leads once every link of it is followed.
 *
 * @throws {ModelInvalidError | OutOfResourcesError} as `readShared` does.
 */
export function realPath(path: string): Promise<string> {
  return during(path, () => realpath(path));
}

/** Whether there is anything at a path; a link that leads nowhere is nothing. */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  );
}

/** The contents of a small file. @throws {ModelInvalidError | OutOfResourcesError} as `readShared` does. */
export async function readSmall(path: string): Promise<Uint8Array> {
  await requireFile(path);
  return during(path, () => readFile(path));
}

/**
 * Reads a file of a model directory into memory that threads can share, and hashes it.
 *
 * @throws {ModelInvalidError} where it is not there, no file, or can't be read.
 * @throws {OutOfResourcesError} where the process has no memory or descriptor left for it.
 */
export async function readShared(path: string): Promise<SharedFile> {
  await requireFile(path);
  return during(path, async () => {
    const file = await open(path);
    try {
      return await readAndHash(file, (await file.stat()).size);
    } finally {
      await file.close();
    }
  });
}

/**
 * Refuses what can't be read to an end, as a device or a pipe that a link leads to, before it is opened.
 *
 * @throws {ModelInvalidError | OutOfResourcesError} as `readShared` does.
 */
export async function requireFile(path: string): Promise<BigIntStats> {
  const stats = await during(path, () => stat(path, { bigint: true }));
  if (stats.isFile()) return stats;
  throw new ModelInvalidError(
    `${path}: expected a file, found ${stats.isDirectory() ? 'a directory' : 'something else'}`,
  );
}

async function readAndHash(file: FileHandle, size: number): Promise<SharedFile> {
  const bytes = new SharedArrayBuffer(size);
  const hash = createHash('sha256');
  let length = 0;
  while (length < size) {
    const chunk = new Uint8Array(bytes, length, Math.min(chunkBytes, size - length));
    const { bytesRead } = await file.read(chunk);
    // Someone has cut it off meanwhile; its hash will tell.
    if (bytesRead === 0) break;
    hash.update(chunk.subarray(0, bytesRead));
    length += bytesRead;
  }
  return { bytes: length === size ? bytes : bytes.slice(0, length), sha256: hash.digest('hex') };
}

/** Runs `work` on a file, and says what is wrong in words of this package. */
export async function during<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failure(path, error);
  }
}

function failure(path: string, error: unknown): Error {
  if (error instanceof FraudScorerError) return error;
  const shortage = outOfResources(error, `${path} could not be read`);
  return shortage ?? new ModelInvalidError(`${path}: ${reasonOf(codeOf(error), error)}`, [], { cause: error });
}

function reasonOf(code: string | null, error: unknown): string {
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'expected a file, found none';
  if (code === 'EISDIR') return 'expected a file, found a directory';
  if (code === 'EACCES' || code === 'EPERM') return 'expected a readable file, was refused';
  if (code === 'ELOOP') return 'expected a file, found links that lead in a circle';
  return `could not be read (${code ?? String(error)})`;
}
