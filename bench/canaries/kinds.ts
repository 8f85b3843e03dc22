import type { CanaryGuard } from 'fraud-scorer';

/** What a canary is like beside its primary, and how it must end. */
export interface CanaryKind {
  name: string;
  /** How it must end. */
  expected: 'promoted' | CanaryGuard;
  /** Layers of a width of 512 that the primary computes: most of a request's time. */
  layers: number;
  /** How many times those the canary computes. */
  work: number;
  /** The share of the scenario's rate that comes. */
  rateShare: number;
  /** What it divides x by; below 1, some scores are above 1, which is no answer. */
  scale: number;
  /** From which score on it blocks. */
  blockProbability: number;
}

/** Scores are √x for x evenly in [0, 1): 4 % are at least this. */
export const blockProbability = 0.98;

const equal = { layers: 30, work: 1, rateShare: 1, scale: 1, blockProbability };

export const kinds: readonly CanaryKind[] = [
  { ...equal, name: 'equal', expected: 'promoted' },
  // A model that takes longer than all else that a request waits for, at a rate that five times as long a run still keeps up with.
  { ...equal, name: 'five times slower', expected: 'maxLatencyRatio', layers: 40, work: 5, rateShare: 0.375 },
  // √x is above it for 11.6 %.
  { ...equal, name: 'blocks three times as much', expected: 'maxBlockRateChange', blockProbability: 0.94 },
  // Those with x above 0.95.
  { ...equal, name: 'fails 5 %', expected: 'maxErrorRate', scale: 0.95 },
];
