import { readFileSync } from 'node:fs';

/** A limit on a process's memory, with its names in Linux's /proc files. */
export interface MemoryLimit {
  limit: string;
  used: string;
  /** What the limit bounds, and the shell command that sets it. */
  what: string;
  command: string;
}

/** Limits all reserved memory, whether it is used or not. */
export const addressSpace: MemoryLimit = {
  limit: 'Max address space',
  used: 'VmSize',
  what: 'address space',
  command: 'ulimit -v',
};

/** Limits all writable memory. */
export const dataMemory: MemoryLimit = {
  limit: 'Max data size',
  used: 'VmData',
  what: 'memory for data',
  command: 'ulimit -d',
};

/** Returns the text of a file, or null if it cannot be read. */
type Read = (path: string) => string | null;

/**
 * How much memory this process may still take. Workers may import this file too.
 *
 * @returns MB; null if there is no limit, or if it is not known.
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
    // Not Linux, or the file cannot be read now.
    return null;
  }
}
