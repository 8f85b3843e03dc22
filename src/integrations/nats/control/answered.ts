import { FraudScorerError, UnavailableError } from '../../../errors.js';
import { messageOf } from '../../../host/thrown.js';

/** Turns errors of the client of NATS into one of this package, so that hosts find a code, and commands end with a message. */
export async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FraudScorerError) throw error;
    throw new UnavailableError(`NATS did not answer: ${messageOf(error)}`, { cause: error });
  }
}
