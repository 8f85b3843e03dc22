import { GCProfiler } from 'node:v8';

/** What one collection of the young generation saw, in bytes. */
export interface Scavenge {
  youngBefore: number;
  youngAfter: number;
  oldBefore: number;
  oldAfter: number;
}

export interface Garbage {
  /** Bytes that were allocated in the young generation. */
  allocated: number;
  /** Of these, those that survived into the old generation. */
  promoted: number;
}

/** What was allocated between the first collection and the last: before the first nobody knows what was there at the start. */
export function garbageOf(scavenges: readonly Scavenge[]): Garbage {
  let [allocated, promoted] = [0, 0];
  for (let index = 1; index < scavenges.length; index += 1) {
    const [before, now] = [scavenges[index - 1], scavenges[index]];
    if (before === undefined || now === undefined) continue;
    allocated += Math.max(now.youngBefore - before.youngAfter, 0);
    promoted += Math.max(now.oldAfter - now.oldBefore, 0);
  }
  return { allocated, promoted };
}

type Statistics = ReturnType<GCProfiler['stop']>['statistics'][number];

/** Watches the garbage of this thread's own heap, its workers' left out. */
export class GarbageWatch {
  readonly #profiler = new GCProfiler();

  constructor() {
    this.#profiler.start();
  }

  stop(): Garbage {
    return garbageOf(
      this.#profiler
        .stop()
        .statistics.filter(({ gcType }) => gcType === 'Scavenge')
        .map(scavengeOf),
    );
  }
}

function scavengeOf({ beforeGC, afterGC }: Statistics): Scavenge {
  return {
    youngBefore: usedBy(beforeGC, 'new_space'),
    youngAfter: usedBy(afterGC, 'new_space'),
    oldBefore: usedBy(beforeGC, 'old_space'),
    oldAfter: usedBy(afterGC, 'old_space'),
  };
}

function usedBy({ heapSpaceStatistics }: Statistics['beforeGC'], space: string): number {
  return heapSpaceStatistics.find(({ spaceName }) => spaceName === space)?.spaceUsedSize ?? 0;
}
