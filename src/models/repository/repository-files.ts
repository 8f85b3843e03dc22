import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../../host/clock.js';
import { messageOf } from '../../host/thrown.js';
import type { Manifest } from '../manifest.js';
import { parseManifest } from '../model-directory.js';
import { StampedCache } from './stamped-cache.js';

/** A `model.json` as it was read. */
export interface ManifestFile {
  /** Of the file. */
  sha256: string;
  /** The manifest, or what is wrong with it. */
  content: Manifest | { problem: string };
}

/** Reads the files of a model repository. Both give null where the file changed while it was read. */
export interface RepositoryFiles {
  manifest(path: string): Promise<ManifestFile | null>;
  /** The sha256 of a file, in lower-case hexadecimal. */
  sha256(path: string): Promise<string | null>;
  /** Forgets the files that nobody asked for since the last call. */
  sweep(): void;
}

/** Bytes that are hashed in one go, well under a millisecond: requests are scored in the same event loop meanwhile. */
const chunkBytes = 128 * 1024;

/**
 * Reads files once for each change of theirs; a file that has not changed costs one `stat`.
 *
 * @param signal what is being hashed is given up, with an error, when it is aborted.
 */
export function cachedFiles(clock: Pick<Clock, 'epochMs'>, signal: AbortSignal): RepositoryFiles {
  const digests = new StampedCache(clock, (file) => sha256Of(file, signal));
  const manifests = new StampedCache(clock, readManifestFile);
  return {
    manifest: (path) => manifests.read(path),
    sha256: (path) => digests.read(path),
    sweep() {
      digests.sweep();
      manifests.sweep();
    },
  };
}

async function readManifestFile(file: FileHandle): Promise<ManifestFile> {
  const bytes = await file.readFile();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  try {
    return { sha256, content: parseManifest(bytes, 'model.json').manifest };
  } catch (error) {
    return { sha256, content: { problem: messageOf(error) } };
  }
}

async function sha256Of(file: FileHandle, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(chunkBytes);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, chunk.length);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
  }
}
