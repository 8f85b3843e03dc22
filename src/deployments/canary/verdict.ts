import type { CanaryGuard } from '../../api/canary.js';

/** Why a canary is aborted. */
export interface Breach {
  guard: CanaryGuard;
  /** The measured value, in the unit of the limit (a rate, a ratio or a difference); null for the host's gate. */
  seen: number | null;
  /** The limit; null for the host's gate. */
  allowed: number | null;
  reason: string;
}

/**
 * The result of a check of a canary. `waiting`: the time of its step is over, but it cannot advance. The reason has no changing numbers, so
 * a different reason is always news. `step`: give the canary this share. `promote`: make it the primary.
 */
export type Verdict =
  | { kind: 'stay' }
  | { kind: 'waiting'; reason: string }
  | { kind: 'step'; step: number; share: number }
  | { kind: 'promote' }
  | ({ kind: 'abort' } & Breach);
