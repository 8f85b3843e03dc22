import { FraudScorerError } from 'fraud-scorer';
import { BadRowError } from '../../models/visa-fraud/csv/bad-row-error.js';
import { InputFileError } from '../../models/visa-fraud/csv/input-file-error.js';
import { UsageError } from './usage-error.js';

/** One line for a problem that the user can correct; undefined for one that only a programmer can. */
export function describeFailure(error: unknown): string | undefined {
  const expected = [UsageError, BadRowError, InputFileError, FraudScorerError].some((kind) => error instanceof kind);
  if (!expected || !(error instanceof Error)) return undefined;
  const line = error.message.replace(/\s*\n\s*/g, ' ');
  return error instanceof BadRowError ? `${line} (--skip-bad skips such rows)` : line;
}
