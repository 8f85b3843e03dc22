import { FraudScorerErrorBase } from './base.js';

/**
 * Decisions that were to be recorded may not outlast this machine, or are not recorded at all: the disk has not confirmed them, or the recording
 * has ended before they were written. The message says which, and what to do.
 */
export class RecordsNotDurableError extends FraudScorerErrorBase {
  static readonly code = 'ERR_RECORDS_NOT_DURABLE';
  override readonly name = 'RecordsNotDurableError';
  readonly code = 'ERR_RECORDS_NOT_DURABLE';
}
