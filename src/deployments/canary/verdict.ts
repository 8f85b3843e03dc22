import type { CanaryGuard } from '../../api/canary.js';

/** Why a canary is ended. */
export interface Breach {
  guard: CanaryGuard;
  /** As the limit: a rate, a ratio or a difference; null for the host's gate. */
  seen: number | null;
  /** The limit; null for the host's gate. */
  allowed: number | null;
  reason: string;
}

/**
 * What to do with a canary after a look at it. `waiting`: its step's time is over, but it can't advance; the reason has no figures that change, so
 * that a reason that differs from the last one is news. `step`: give it this share. `promote`: make it the primary.
 */
export type Verdict =
  | { kind: 'stay' }
  | { kind: 'waiting'; reason: string }
  | { kind: 'step'; step: number; share: number }
  | { kind: 'promote' }
  | ({ kind: 'abort' } & Breach);
