import { FraudScorerError, OutOfResourcesError } from '../errors.js';
import { shortageOf } from './shortage.js';
import { messageOf } from './thrown.js';

/**
 * The error for a failure because the process ran out of a resource. null if the error has another cause, or is already one of this
 * package.
 *
 * @param failure what failed, as a sentence without a full stop.
 */
export function outOfResources(error: unknown, failure: string): OutOfResourcesError | null {
  const shortage = error instanceof FraudScorerError ? null : shortageOf(error);
  if (shortage === null) return null;
  return new OutOfResourcesError(`${failure}: ${shortage} (${messageOf(error)})`, { cause: error });
}
