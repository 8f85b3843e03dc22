import type { BigIntStats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Clock } from '../../host/clock.js';
import { during, requireFile } from '../read-file.js';

/**
 * A file must have changed at least this long ago before its times are reliable. File systems store times in steps of up to two seconds, so
 * a file can change twice with the same time.
 */
const coarsestStepMs = 2_000;

interface Entry<T> {
  stamp: string;
  value: T;
  /** Whether it was requested since the last sweep. */
  isUsed: boolean;
}

/** Caches a result for a file as long as the file's inode, size and times stay the same. */
export class StampedCache<T> {
  readonly #clock: Pick<Clock, 'epochMs'>;
  readonly #make: (file: FileHandle) => Promise<T>;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(clock: Pick<Clock, 'epochMs'>, make: (file: FileHandle) => Promise<T>) {
    this.#clock = clock;
    this.#make = make;
  }

  /**
   * @returns null if the file changed while it was read.
   * @throws {ModelInvalidError | OutOfResourcesError} as `readShared` does, and what `make` throws.
   */
  async read(path: string): Promise<T | null> {
    const stamp = stampOf(await requireFile(path));
    const entry = this.#entries.get(path);
    if (entry?.stamp === stamp) {
      entry.isUsed = true;
      return entry.value;
    }
    this.#entries.delete(path);
    return during(path, () => this.#readAnew(path, stamp));
  }

  /** Forgets the files that were not requested since the last sweep. */
  sweep(): void {
    for (const [path, entry] of this.#entries) {
      if (!entry.isUsed) this.#entries.delete(path);
      entry.isUsed = false;
    }
  }

  async #readAnew(path: string, stamp: string): Promise<T | null> {
    const startedAt = this.#clock.epochMs();
    const file = await open(path);
    try {
      const value = await this.#make(file);
      const stats = await file.stat({ bigint: true });
      if (stampOf(stats) !== stamp) return null;
      const isSettled = Number(stats.ctimeMs) < startedAt - coarsestStepMs;
      if (isSettled) this.#entries.set(path, { stamp, value, isUsed: true });
      return value;
    } finally {
      await file.close();
    }
  }
}

function stampOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}
