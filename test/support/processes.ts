import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

/** Whether a process runs. One that has ended and that nobody has asked about (a zombie) does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Resolves when it is so. @throws {Error} where it is not within 20 s. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const start = performance.now();
  while (!isSo()) {
    if (performance.now() - start > 20_000) throw new Error(`expected ${what} within 20 s`);
    await turn();
  }
}
