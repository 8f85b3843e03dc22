import { readFileSync } from 'node:fs';

/** A limit on the memory of a process, by its names in Linux's files on the process. */
export interface MemoryLimit {
  limit: string;
  used: string;
  /** What it bounds, and the shell's command for it. */
  what: string;
  command: string;
}

/** Everything that is reserved, whether it is used or not. */
export const addressSpace: MemoryLimit = {
  limit: 'Max address space',
  used: 'VmSize',
  what: 'address space',
  command: 'ulimit -v',
};

/** Everything that may be written. */
export const dataMemory: MemoryLimit = {
  limit: 'Max data size',
  used: 'VmData',
  what: 'memory for data',
  command: 'ulimit -d',
};

/** Gives the text of a file, or null where it cannot be read. */
type Read = (path: string) => string | null;

/**
 * How much this process may still take: workers may import this file of `src/` too.
 *
 * @returns MB; null where there is no limit, or it is not known.
 */
export function memoryLeftMb({ limit, used }: MemoryLimit, read: Read = readProc): number | null {
  const limitBytes = new RegExp(`^${limit} +(\\d+)`, 'm').exec(read('/proc/self/limits') ?? '')?.[1];
  if (limitBytes === undefined) return null;
  const usedKb = new RegExp(`^${used}:\\s+(\\d+) kB`, 'm').exec(read('/proc/self/status') ?? '')?.[1];
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
