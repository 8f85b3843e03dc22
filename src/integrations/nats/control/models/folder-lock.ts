import { mkdir, rm, stat } from 'node:fs/promises';
import { UnavailableError } from '../../../../errors.js';
import type { Clock } from '../../../../host/clock.js';
import { codeOf } from '../../../../host/thrown.js';

/** What is done under a lock takes milliseconds. A lock that is older belongs to a process that was killed. */
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
  while (!(await taken(path))) {
    if (clock.now() > endsAt) throw new UnavailableError(`${path}: other processes held this lock for too long`);
    if (clock.epochMs() - (await changedAt(path, clock)) > staleMs) await rm(path, { recursive: true, force: true });
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

/** Now, if the other process has just removed it. */
async function changedAt(path: string, clock: Clock): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => clock.epochMs(),
  );
}
