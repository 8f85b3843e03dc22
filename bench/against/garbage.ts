import { GCProfiler, getHeapStatistics } from 'node:v8';

/** The part of V8's report of a collection that is used here. */
export interface Collection {
  gcType: string;
  beforeGC: HeapState;
  afterGC: HeapState;
}

interface HeapState {
  heapStatistics: { usedHeapSize: number };
  heapSpaceStatistics: readonly { spaceName: string; spaceUsedSize: number }[];
}

export interface Garbage {
  allocatedBytes: number;
  /** Bytes that a scavenge moved from the young generation to the old one. */
  promotedBytes: number;
  collections: number;
}

const youngSpaces = new Set(['new_space', 'new_large_object_space']);

/**
 * Watches the heap of this thread while something runs. V8's own profiler reports the state of this thread's heap before and
 * after each collection; other threads have heaps of their own.
 */
export async function watchGarbage(load: () => Promise<unknown>): Promise<Garbage> {
  const profiler = new GCProfiler();
  const usedAtStart = getHeapStatistics().used_heap_size;
  profiler.start();
  await load();
  const { statistics } = profiler.stop();
  return garbageOf(statistics, usedAtStart, getHeapStatistics().used_heap_size);
}

/**
 * Adds up the bytes allocated between collections, and the growth of the old generation in scavenges.
 *
 * @param usedAtStart bytes in use when the window began. @param usedAtEnd when it ended.
 */
export function garbageOf(collections: readonly Collection[], usedAtStart: number, usedAtEnd: number): Garbage {
  let [used, allocatedBytes, promotedBytes] = [usedAtStart, 0, 0];
  for (const { gcType, beforeGC, afterGC } of collections) {
    allocatedBytes += Math.max(0, beforeGC.heapStatistics.usedHeapSize - used);
    used = afterGC.heapStatistics.usedHeapSize;
    if (gcType === 'Scavenge') promotedBytes += Math.max(0, oldBytes(afterGC) - oldBytes(beforeGC));
  }
  return {
    allocatedBytes: allocatedBytes + Math.max(0, usedAtEnd - used),
    promotedBytes,
    collections: collections.length,
  };
}

function oldBytes({ heapSpaceStatistics }: HeapState): number {
  return heapSpaceStatistics.reduce((sum, { spaceName, spaceUsedSize }) => {
    return youngSpaces.has(spaceName) ? sum : sum + spaceUsedSize;
  }, 0);
}
