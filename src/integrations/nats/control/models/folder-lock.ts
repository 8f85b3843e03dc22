import { mkdir, rm, stat } from 'node:fs/promises';
import { UnavailableError } from '../../../../errors.js';
import type { Clock } from '../../../../host/clock.js';
import { codeOf } from '../../../../host/thrown.js';

/**
 * What is done under a lock takes milliseconds. One that stays for longer belongs to a process that was killed. The time is counted here, because the
 * clock of a shared file system may be hours away from ours.
 */
const staleMs = 10_000;

/** Between two attempts to get it. */
const pauseMs = 20;

/**
 * Lets one process at a time work in a folder that several share. The lock is a folder, because only one process can make it.
 *
 * @throws {UnavailableError} if others hold it for 30 s.
 */
export async function underLock<T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const endsAt = clock.now() + 3 * staleMs;
  let seen: { lock: string | null; at: number } = { lock: null, at: clock.now() };
  while (!(await taken(path))) {
    const now = clock.now();
    if (now > endsAt) throw new UnavailableError(`${path}: other processes held this lock for too long`);
    const lock = await nameOf(path);
    if (lock === null || lock !== seen.lock) seen = { lock, at: now };
    if (now - seen.at > staleMs) await rm(path, { recursive: true, force: true });
    else await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
  }
  try {
    return await work();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function taken(path: string): Promise<boolean> {
  return mkdir(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    },
  );
}

/** Tells one lock from the next; null if there is none. */
async function nameOf(path: string): Promise<string | null> {
  return stat(path).then(
    ({ ino, mtimeMs }) => `${ino} ${mtimeMs}`,
    () => null,
  );
}
