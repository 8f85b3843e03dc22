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
  /** The transaction's amount, in the host's currency, where its request had none, or is not remembered. */
  amount?: number | undefined;
  /** The fraud probability it was decided by, in [0, 1], from the host's own records: for the calibration, where it is not remembered. */
  fraudProbability?: number | undefined;
}
