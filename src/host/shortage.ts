import { codeOf, messageOf } from './thrown.js';

/** A resource that a process can run out of. Workers may import this file too. */
interface Shortage {
  what: string;
  cure: string;
}

const memory: Shortage = {
  what: 'memory',
  cure: 'give the process or its container more (ulimit -v too), or lower workers, maxQueueSize or batching.maxBatchSize',
};

const threads: Shortage = {
  what: 'threads, or memory for one',
  cure: 'raise the limit of threads (ulimit -u, pids.max of the container) or of memory (ulimit -v), or lower workers',
};

const disk: Shortage = { what: 'disk space', cure: 'free some, or write to another disk' };

const descriptors: Shortage = {
  what: 'file descriptors',
  cure: 'raise the limit of the process (ulimit -n), or find what keeps files and sockets open',
};

const heap: Shortage = {
  what: "memory of the worker's JavaScript heap",
  cure: 'raise resourceLimits.maxOldGenerationSizeMb, or --max-old-space-size of Node.js',
};

const byCode: Readonly<Record<string, Shortage>> = {
  EMFILE: descriptors,
  ENFILE: { what: 'file descriptors of the whole machine', cure: 'raise fs.file-max, or find what keeps files open' },
  ENOMEM: memory,
  ERR_MEMORY_ALLOCATION_FAILED: memory,
  EAGAIN: threads,
  ENOSPC: disk,
  EDQUOT: { what: 'disk quota', cure: 'raise it, free some, or write to another disk' },
  EFBIG: { what: 'room for a file of this size', cure: 'raise the limit of file sizes (ulimit -f)' },
  ERR_WORKER_OUT_OF_MEMORY: heap,
};

const deviceMemory = /\bCUDA (?:failure|error):? ?2\b|\bCU\w+_STATUS_ALLOC_FAILED|cudaErrorMemoryAllocation/i;

const anyMemory =
  /out of memory|bad_alloc|failed to allocate|could not allocate|allocation failed|invalid typed array length|cannot allocate memory(?! in static TLS)|failed to map segment from shared object|cannot map zero-fill pages|\bENOMEM\b/i;

/** The first match counts. */
const byMessage: readonly [RegExp, Shortage][] = [
  [
    deviceMemory,
    { what: 'memory of the device', cure: 'end what else uses it, or lower workers or batching.maxBatchSize' },
  ],
  [/\bJS heap out of memory/i, heap],
  [/\bEMFILE\b|too many open files/i, descriptors],
  [/\bENOSPC\b|no space left on device/i, disk],
  [/\bEAGAIN\b|resource temporarily unavailable/i, threads],
  [anyMemory, memory],
];

/** Whether a message of the runtime, a provider or the JavaScript engine says that memory ran out. */
export function isOutOfMemory(message: string): boolean {
  return deviceMemory.test(message) || anyMemory.test(message);
}

/** @returns in words what ran out and what helps; null if the error is not about a shortage. */
export function shortageOf(error: unknown): string | null {
  const shortage = byCode[codeOf(error) ?? ''] ?? byMessage.find(([pattern]) => pattern.test(messageOf(error)))?.[1];
  return shortage === undefined ? null : `out of ${shortage.what}: ${shortage.cure}`;
}
