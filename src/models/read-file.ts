import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, readFile, realpath, stat } from 'node:fs/promises';
import { FraudScorerError, ModelInvalidError } from '../errors.js';
import { outOfResources } from '../host/out-of-resources.js';
import { codeOf } from '../host/thrown.js';

/** A file's contents in memory that threads can share. */
export interface SharedFile {
  bytes: SharedArrayBuffer;
  /** The sha256 of these bytes, in lower-case hexadecimal. */
  sha256: string;
}

/** Bytes that are read and hashed at once. After each part, the event loop gets a turn. */
const chunkBytes = 2 ** 19;

/**
 * The real path of a file, with every link resolved.
 *
 * @throws {ModelInvalidError | OutOfResourcesError} as `readShared` does.
 */
export function realPath(path: string): Promise<string> {
  return during(path, () => realpath(path));
}

/** Whether a path exists. A broken link does not exist. */
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
 * @throws {ModelInvalidError} if it is missing, not a file, or cannot be read.
 * @throws {OutOfResourcesError} if no memory or file descriptor is left.
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
 * Refuses paths that have no end, such as a device or a pipe behind a link, before they are opened.
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
    // The file was truncated meanwhile. Its hash will show that.
    if (bytesRead === 0) break;
    hash.update(chunk.subarray(0, bytesRead));
    length += bytesRead;
  }
  return { bytes: length === size ? bytes : bytes.slice(0, length), sha256: hash.digest('hex') };
}

/** Runs `work` on a file and turns its errors into errors of this package. */
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
