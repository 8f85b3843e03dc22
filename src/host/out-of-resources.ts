import { FraudScorerError, OutOfResourcesError } from '../errors.js';
import { shortageOf } from './shortage.js';
import { messageOf } from './thrown.js';

/**
 * The error for something that could not be done because the process has run out of what it takes; null where the error has another
 * reason, or is of this package already.
 *
 * @param failure what could not be done, as a sentence without its full stop.
 */
export function outOfResources(error: unknown, failure: string): OutOfResourcesError | null {
  const shortage = error instanceof FraudScorerError ? null : shortageOf(error);
  if (shortage === null) return null;
  return new OutOfResourcesError(`${failure}: ${shortage} (${messageOf(error)})`, { cause: error });
}
