import { constants, PerformanceObserver } from 'node:perf_hooks';

/** The kinds that V8 distinguishes. */
export const gcKinds = ['minor', 'major', 'incremental', 'weakCallbacks'] as const;
export type GcKind = (typeof gcKinds)[number];

const kindOf = new Map<number, GcKind>([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakCallbacks'],
]);

export interface KindOfPauses {
  kind: GcKind;
  count: number;
  /** Sum of all pauses, in ms. */
  pauseMs: number;
}

/** Counts the garbage collection pauses of this thread. */
export class GcPauses {
  readonly #observer = new PerformanceObserver((list) => {
    // By type: the list also has a method without an argument, which sorts.
    for (const entry of list.getEntriesByType('gc')) this.#count(Reflect.get(entry, 'detail'), entry.duration);
  });
  readonly #pauses = new Map<GcKind, KindOfPauses>(gcKinds.map((kind) => [kind, { kind, count: 0, pauseMs: 0 }]));

  start(): void {
    this.#observer.observe({ type: 'gc' });
  }

  stop(): void {
    this.#observer.disconnect();
  }

  get pauses(): KindOfPauses[] {
    return [...this.#pauses.values()].map((pauses) => ({ ...pauses }));
  }

  #count(detail: unknown, durationMs: number): void {
    const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : null;
    const known = typeof kind === 'number' ? kindOf.get(kind) : undefined;
    const pauses = known === undefined ? undefined : this.#pauses.get(known);
    if (pauses === undefined) return;
    pauses.count += 1;
    pauses.pauseMs += durationMs;
  }
}
