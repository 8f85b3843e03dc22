import type { Settings } from '../settings.js';

/** What one process of the scenario measures. Plain JSON. */
export interface SwapTask {
  /** `bare`: the runtime alone, in threads that come and go. */
  what: 'bare' | 'hotUpdates';
  settings: Settings;
  keepPreviousMs: number;
}

export interface SwapReport {
  /** Of resident memory between two swaps, in MiB. */
  growthMb: number;
  load: SwapLoad | null;
}

/** What became of the requests beside the swaps. */
export interface SwapLoad {
  sent: number;
  lost: number;
  /** By the code of their error. */
  lostBy: Record<string, number>;
  wrong: number;
  /** Answered by a version that was not the primary at the call. */
  misrouted: number;
  /** From the intended send time; within swaps, and between them. */
  p99WithinMs: number;
  p99BetweenMs: number;
  /** The median of how long `deploy` took. */
  swapMs: number;
}
