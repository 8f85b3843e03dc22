import { performance } from 'node:perf_hooks';
import { Pacer } from '../load/pacer.js';

/** What a load measured. */
export interface LoadResult {
  perSecond: number;
  errors: number;
  /** The latency of each call, in ms, with the time since the load began at which the call was due, in ms. */
  calls: { at: number; ms: number }[];
}

/** Keeps this many calls open for a time. */
export async function closedLoad(
  call: () => Promise<unknown>,
  outstanding: number,
  forMs: number,
): Promise<LoadResult> {
  const startedAt = performance.now();
  let done = 0;
  let errors = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() - startedAt < forMs) {
      try {
        await call();
        done += 1;
      } catch {
        errors += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: outstanding }, caller));
  return { perSecond: (done * 1000) / (performance.now() - startedAt), errors, calls: [] };
}

/**
 * Makes calls at a steady rate, whether or not earlier ones were answered. A call's latency counts from when it was due, so that a stall of this
 * process counts too.
 */
export async function openLoad(call: () => Promise<unknown>, perSecond: number, forMs: number): Promise<LoadResult> {
  // A loop that spins would take a core from the nodes.
  const pacer = new Pacer(0.25);
  const startedAt = performance.now();
  const calls: LoadResult['calls'] = [];
  const open: Promise<void>[] = [];
  let errors = 0;
  let sent = 0;
  for (;;) {
    const elapsed = performance.now() - startedAt;
    if (elapsed >= forMs) break;
    const due = Math.floor((elapsed * perSecond) / 1000);
    for (; sent < due; sent += 1) {
      const at = (sent * 1000) / perSecond;
      open.push(
        call().then(
          () => {
            calls.push({ at, ms: performance.now() - startedAt - at });
          },
          () => {
            errors += 1;
          },
        ),
      );
    }
    await pacer.pause();
  }
  await Promise.all(open);
  await pacer.close();
  return { perSecond: (calls.length * 1000) / forMs, errors, calls };
}

/** The p-th percentile, p in [0, 1]; 0 of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(Math.floor(p * sorted.length), sorted.length - 1)] ?? 0;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
