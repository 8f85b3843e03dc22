import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../../host/clock.js';
import { messageOf } from '../../host/thrown.js';
import type { Manifest } from '../manifest.js';
import { parseManifest } from '../model-directory.js';
import { StampedCache } from './stamped-cache.js';

/** A `model.json` and its contents. */
export interface ManifestFile {
  /** The sha256 of the file. */
  sha256: string;
  /** The manifest, or what is wrong with it. */
  content: Manifest | { problem: string };
}

/** Reads the files of a model repository. Both methods return null if the file changed while it was read. */
export interface RepositoryFiles {
  manifest(path: string): Promise<ManifestFile | null>;
  /** The sha256 of a file, in lower-case hexadecimal. */
  sha256(path: string): Promise<string | null>;
  /** Forgets the files that were not requested since the last call. */
  sweep(): void;
}

/** Bytes that are hashed at once. This takes well under a millisecond, because the same event loop scores requests. */
const chunkBytes = 128 * 1024;

/**
 * Reads a file again only if it has changed. For an unchanged file it only calls `stat`.
 *
 * @param signal when it is aborted, hashing stops with an error.
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
