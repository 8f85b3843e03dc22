import type { NatsConnection } from '@nats-io/transport-node';
import type { Outcome } from '../../../api/outcome.js';
import { InvalidRequestError, UnavailableError } from '../../../errors.js';
import { readOutcome } from '../../../requests/read-outcome.js';
import { FieldReader } from '../../../validation/field-reader.js';
import { readSubject, requireConnection } from '../fields.js';
import { describeRefusal, notPermitted } from '../not-permitted.js';
import { subjectsOf } from '../subjects.js';
import { isNoResponders } from './ask-all.js';
import { readAnswer } from './label-messages.js';

/** Options of `sendOutcome`. */
export interface SendOutcomeOptions {
  /** The service's subject. @default 'fraud.score' */
  subject?: string | undefined;
  /** Milliseconds until the label must be recorded; 1 to 600,000. @default 5_000 */
  timeoutMs?: number | undefined;
}

/** What became of a label. */
export interface OutcomeReceipt {
  /** Whether the label was matched with a decision: one that a node remembers or has recorded, or one that the label itself tells. */
  matched: boolean;
  /** The id of the node that it counts on. */
  nodeId: string;
}

/**
 * Reports the label of a transaction to a fleet. It reaches the node that decided. If no node knows the decision any more, the label counts
 * on one node if it tells `decision` and `version`. It counts once in the fleet, also if it is sent again.
 *
 * @param connection the host's own connection. It stays open.
 * @throws {InvalidRequestError} if the label is not valid. Then nothing is sent.
 * @throws {InvalidOptionsError} if an option is not valid.
 * @throws {UnavailableError} if no node has recorded it in time. It can be sent again.
 */
export async function sendOutcome(
  connection: NatsConnection,
  outcome: Outcome,
  options: SendOutcomeOptions = {},
): Promise<OutcomeReceipt> {
  requireConnection(connection);
  const reader = new FieldReader(options);
  const subject = readSubject(reader);
  const timeout = reader.number('timeoutMs', 5_000, { min: 1, max: 600_000, unit: 'milliseconds' });
  reader.rejectUnknown().throwIfInvalid();
  const label = readOutcome(outcome);
  const answer = readAnswer(await ask(connection, subjectsOf(subject).labels, JSON.stringify(label), timeout));
  if (answer === null) throw new UnavailableError(`${subject}: expected the answer of a node, received something else`);
  if (!('error' in answer)) return { matched: answer.matched, nodeId: answer.node };
  const { code, message, issues, totalIssues } = answer.error;
  if (code === 'ERR_INVALID_REQUEST' && issues !== undefined) throw new InvalidRequestError(issues, totalIssues);
  throw new UnavailableError(message);
}

async function ask(connection: NatsConnection, subject: string, payload: string, timeout: number): Promise<Uint8Array> {
  try {
    return (await connection.request(subject, payload, { timeout })).data;
  } catch (error) {
    const refusal = notPermitted(error);
    if (refusal !== null) throw new UnavailableError(`The NATS server ${describeRefusal(refusal)}`, { cause: error });
    const what = isNoResponders(error) ? 'no node listens' : 'no node has answered in time';
    throw new UnavailableError(`${subject}: ${what}`, { cause: error });
  }
}
