import { appendFile, mkdtemp, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedFiles } from '../../../../src/models/repository/repository-files.js';
import { StampedCache } from '../../../../src/models/repository/stamped-cache.js';
import { manifestWith, sha256Of } from '../../deployments/watch/repository-rig.js';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files '));
  path = join(folder, 'model.onnx');
  await writeFile(path, 'one');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A clock that is so far ahead of the file system's times, or behind. */
function clockAhead(ms: number): { epochMs: () => number } {
  return { epochMs: () => Date.now() + ms };
}

describe('A cache by the stamps of files', () => {
  let reads: number;
  /** What happens while a file is read. */
  let whileReading: () => Promise<unknown>;
  beforeEach(() => {
    reads = 0;
    whileReading = () => Promise.resolve();
  });

  function cacheAt(clock: { epochMs: () => number }): StampedCache<string> {
    return new StampedCache(clock, async (file) => {
      reads += 1;
      const text = await file.readFile('utf8');
      await whileReading();
      return text;
    });
  }

  it('reads a file that stays as it is once', async () => {
    const cache = cacheAt(clockAhead(10_000));
    for (let call = 1; call <= 3; call += 1) expect(await cache.read(path)).toBe('one');
    expect(reads).toBe(1);
  });

  it('reads a file again that was written over, with another of its size and times too', async () => {
    const cache = cacheAt(clockAhead(10_000));
    await cache.read(path);
    const { atime, mtime, ctimeMs } = await stat(path);
    // Until the file system's clock has moved on by a step.
    do {
      await writeFile(path, 'two');
      await utimes(path, atime, mtime);
    } while ((await stat(path)).ctimeMs === ctimeMs);
    expect(await cache.read(path)).toBe('two');
    await writeFile(join(folder, 'other'), 'six');
    await rename(join(folder, 'other'), path);
    expect(await cache.read(path)).toBe('six');
  });

  it('reads again what a swapped link leads to', async () => {
    const cache = cacheAt(clockAhead(10_000));
    await writeFile(join(folder, 'other'), 'two');
    const link = join(folder, 'link');
    await symlink('model.onnx', link);
    expect(await cache.read(link)).toBe('one');
    await rm(link);
    await symlink('other', link);
    expect(await cache.read(link)).toBe('two');
  });

  it('does not trust the times of a file that has changed just now, which may change again within one step of them', async () => {
    const cache = cacheAt(clockAhead(0));
    await cache.read(path);
    await cache.read(path);
    expect(reads).toBe(2);
  });

  it('gives null where a file changes while it is read, and reads it again the next time', async () => {
    const cache = cacheAt(clockAhead(10_000));
    whileReading = () => appendFile(path, ' more');
    expect(await cache.read(path)).toBeNull();
    whileReading = () => Promise.resolve();
    expect(await cache.read(path)).toBe('one more');
  });

  it('forgets files that nobody asked for between two sweeps', async () => {
    const cache = cacheAt(clockAhead(10_000));
    await cache.read(path);
    cache.sweep();
    await cache.read(path);
    expect(reads).toBe(1);
    cache.sweep();
    cache.sweep();
    await cache.read(path);
    expect(reads).toBe(2);
  });

  it('refuses what is no file before it opens it', async () => {
    const cache = cacheAt(clockAhead(0));
    await expect(cache.read(folder)).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
    await expect(cache.read(join(folder, 'none'))).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
  });
});

describe('The files of a repository', () => {
  it('are hashed in small pieces, between which the event loop has its turn', async () => {
    const bytes = new Uint8Array(4 * 2 ** 20).fill(7);
    await writeFile(path, bytes);
    const files = cachedFiles(clockAhead(0), new AbortController().signal);
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    expect(await files.sha256(path)).toBe(sha256Of(bytes));
    isDone = true;
    expect(turns).toBeGreaterThan(16);
  });

  it('are hashed no further once the signal is aborted', async () => {
    const stopping = new AbortController();
    const files = cachedFiles(clockAhead(0), stopping.signal);
    stopping.abort();
    await expect(files.sha256(path)).rejects.toThrow('aborted');
  });

  it('include manifests, each with what is wrong with it', async () => {
    const files = cachedFiles(clockAhead(0), new AbortController().signal);
    const text = await manifestWith({ version: '7' });
    await writeFile(path, text);
    expect(await files.manifest(path)).toMatchObject({
      sha256: sha256Of(Buffer.from(text)),
      content: { version: '7' },
    });
    await writeFile(path, '{');
    expect(await files.manifest(path)).toMatchObject({
      content: { problem: expect.stringMatching(/^model\.json\b/) },
    });
  });
});
