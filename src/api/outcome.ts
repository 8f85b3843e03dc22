import type { Decision } from './result.js';

/** A label for a scored transaction. It may come late, and it may replace an earlier label. */
export interface Outcome {
  /** The `id` of the scored request. */
  id: string;
  /** Whether the transaction was fraud. */
  isFraud: boolean;
  /** The decision, from your own records. Give it together with `version` if the scorer no longer remembers the id, or never knew it. */
  decision?: Decision | undefined;
  /** The model version that decided, from your own records. */
  version?: string | undefined;
  /** When the decision was made, in milliseconds since the epoch. */
  decidedAt?: number | undefined;
  /** The amount of the transaction, in your one currency. Needed if the request had no amount, or if the scorer no longer remembers it. */
  amount?: number | undefined;
  /**
   * The fraud probability behind the decision, in [0, 1], from your own records. It counts in the calibration if the scorer no longer
   * remembers it.
   */
  fraudProbability?: number | undefined;
}
