import { AbortedError, FraudScorerError, InferenceError } from '../errors.js';
import { isAborted, reasonOf } from './score-options.js';

/** @throws {AbortedError} where the caller has taken the request back. */
export function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal !== undefined && isAborted(signal)) throw new AbortedError(reasonOf(signal));
}

/** What the host's own code throws is caught where it is read, so anything else is a fault of this package. */
export function asIntakeError(error: unknown): FraudScorerError {
  if (error instanceof FraudScorerError) return error;
  return new InferenceError('The request could not be taken in', { cause: error });
}
