import { readFileSync } from 'node:fs';

/** Gives the text of a file, or null where it cannot be read. */
type Read = (path: string) => string | null;

/**
 * How much address space this process may still reserve (`ulimit -v`): workers may import this file of `src/` too.
 *
 * @returns MB; null where there is no limit, or it is not known.
 */
export function addressSpaceLeftMb(read: Read = readProc): number | null {
  const limitBytes = /^Max address space +(\d+)/m.exec(read('/proc/self/limits') ?? '')?.[1];
  if (limitBytes === undefined) return null;
  const usedKb = /^VmSize:\s+(\d+) kB/m.exec(read('/proc/self/status') ?? '')?.[1];
  return usedKb === undefined ? null : Number(limitBytes) / 1024 ** 2 - Number(usedKb) / 1024;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not on Linux, or not to be read now.
    return null;
  }
}
