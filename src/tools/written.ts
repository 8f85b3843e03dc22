import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidOptionsError, type OutOfResourcesError } from '../errors.js';
import { outOfResources } from '../host/out-of-resources.js';
import { isError } from '../host/thrown.js';

const chunk = Buffer.alloc(1024 ** 2);

/**
 * Runs work that writes to a directory from an option.
 *
 * @throws {OutOfResourcesError} if the disk is full, for example.
 * @throws {InvalidOptionsError} if the file system refuses it for another reason.
 */
export async function written<T>(option: string, directory: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    const shortage = outOfResources(error, `${directory} could not be written`);
    if (shortage !== null) throw shortage;
    if (!isError(error) || !('syscall' in error)) throw error;
    throw new InvalidOptionsError([
      { path: option, expected: 'a directory that can be written', received: error.message },
    ]);
  }
}

/** Finds out, by writing, whether a directory has room for this many bytes; null if it has, or if it is not known. */
export async function missingRoom(directory: string, bytes: number): Promise<OutOfResourcesError | null> {
  const path = join(directory, 'room');
  try {
    const file = await open(path, 'wx');
    try {
      for (let left = bytes; left > 0; left -= chunk.length) {
        await file.writeFile(left < chunk.length ? chunk.subarray(0, left) : chunk);
      }
    } finally {
      await file.close();
    }
    return null;
  } catch (error) {
    return outOfResources(error, `${directory} could not be written`);
  } finally {
    await rm(path, { force: true });
  }
}

/** @throws {InvalidOptionsError} if the directory to write is not empty. */
export async function refuseIfTaken(target: string): Promise<void> {
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    const shortage = outOfResources(error, `${target} could not be read`);
    if (shortage !== null) throw shortage;
    throw new InvalidOptionsError([
      {
        path: 'outDirectory',
        expected: 'a directory',
        received: error.code === 'ENOTDIR' ? 'a file' : (error.code ?? 'an error'),
      },
    ]);
  });
  if (entries.length === 0) return;
  throw new InvalidOptionsError([
    {
      path: 'outDirectory',
      expected: 'a directory that is empty or not there',
      received: `one that holds ${entries.length} ${entries.length === 1 ? 'file or folder' : 'files or folders'}: choose another, or empty it`,
    },
  ]);
}
