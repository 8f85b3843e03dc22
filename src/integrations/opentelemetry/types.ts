import type { Metrics } from '../../api/metrics.js';

/** A `FraudScorer`. */
export interface InstrumentedScorer {
  /** Families are always the same, in the same order. */
  metrics(): Metrics;
}
