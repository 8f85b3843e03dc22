import type { Decision } from './result.js';

/** A label for a transaction that was scored: late, or revised. */
export interface Outcome {
  /** The id the transaction was scored with. */
  id: string;
  /** Whether it turned out to be fraud. */
  isFraud: boolean;
  /** The decision taken, from the host's own records: with `version`, for ids that the scorer no longer holds, or never held. */
  decision?: Decision | undefined;
  /** The model version that took it, from the host's own records. */
  version?: string | undefined;
  /** When it was taken, in milliseconds since the epoch. */
  decidedAt?: number | undefined;
}
