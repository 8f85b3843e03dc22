import { FraudScorerError, UnavailableError } from '../../../errors.js';
import { messageOf } from '../../../host/thrown.js';
import { notPermitted } from '../not-permitted.js';

/**
 * Waits for what was asked of NATS. Errors of its client become errors of this package.
 *
 * @param what names what was asked, to begin the message.
 * @param cure what to do where the subject is not permitted.
 * @throws {UnavailableError} with the subject, if the user of the connection has no permission for it; else with the client's reason.
 */
export async function answered<T>(what: string, work: Promise<T>, cure = ''): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FraudScorerError) throw error;
    const refusal = notPermitted(error);
    const why =
      refusal === null
        ? `NATS did not answer as expected: ${messageOf(error)}`
        : `the user of this connection may not ${refusal.operation} to ${JSON.stringify(refusal.subject)}${cure}`;
    throw new UnavailableError(`${what}: ${why}`, { cause: error });
  }
}
