import type { JsMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { escapeControls } from '../../../errors/foreign-names.js';
import { FraudScorerError, type Issue } from '../../../errors.js';
import { deadLetterId } from './message-ids.js';

/** Why a message became a dead letter, without values of the message. */
export interface DeadLetterReason {
  readonly code: string;
  readonly message: string;
  readonly issues?: readonly Issue[];
}

/** The message before it became a dead letter. */
interface Origin {
  readonly message: Pick<JsMsg, 'data' | 'headers' | 'subject'>;
  readonly stream: string;
  readonly consumer: string;
  readonly sequence: number;
  readonly tries: number;
}

/** A message for the dead-letter subject. */
export interface DeadLetter {
  readonly data: Uint8Array;
  readonly headers: MsgHdrs;
}

/** Room for our headers in a message that is as large as the server allows. */
const headerRoom = 8_192;
const longestReason = 1_000;
const mostIssues = 5;

/**
 * The original payload and headers, and headers that say why: code, reason, issues, tries, and the place in the stream. If the payload with
 * these would be too large for the server, it is left out, and `Fraud-Scorer-Payload: left-out` says so.
 *
 * @param maxPayload bytes that the server takes in one message.
 */
export function deadLetterOf(
  { message, stream, consumer, sequence, tries }: Origin,
  reason: DeadLetterReason,
  maxPayload: number,
): DeadLetter {
  const { own, bytes } = copyHeaders(message);
  const size = message.data.byteLength + headerRoom + bytes;
  own.set('Nats-Msg-Id', deadLetterId(stream, consumer, sequence));
  own.set('Fraud-Scorer-Code', reason.code);
  own.set('Fraud-Scorer-Reason', escapeControls(reason.message.slice(0, longestReason)));
  const issues = reason.issues?.slice(0, mostIssues) ?? [];
  const issuesText = JSON.stringify(issues);
  if (issues.length > 0 && issuesText.length <= longestReason) own.set('Fraud-Scorer-Issues', issuesText);
  own.set('Fraud-Scorer-Tries', String(tries));
  own.set('Fraud-Scorer-Stream', stream);
  own.set('Fraud-Scorer-Consumer', consumer);
  own.set('Fraud-Scorer-Sequence', String(sequence));
  own.set('Fraud-Scorer-Subject', message.subject);
  if (size <= maxPayload) return { data: message.data, headers: own };
  own.set('Fraud-Scorer-Payload', 'left-out');
  return { data: new Uint8Array(0), headers: own };
}

/**
 * A copy of the original headers. The server stores headers without reading them, so they may be malformed: then they are left out, and
 * `Fraud-Scorer-Headers: left-out` says so.
 */
function copyHeaders(message: Origin['message']): { own: MsgHdrs; bytes: number } {
  const own = headers();
  let bytes = 0;
  try {
    for (const [name, values] of message.headers ?? []) {
      // The server acts on some of its own, such as an id or an expected sequence.
      if (/^nats-/i.test(name)) continue;
      for (const value of values) {
        own.append(name, value);
        bytes += name.length + value.length * 3 + 4;
      }
    }
    return { own, bytes };
  } catch {
    const none = headers();
    none.set('Fraud-Scorer-Headers', 'left-out');
    return { own: none, bytes: 0 };
  }
}

/** Errors of others may quote the message, so that only errors of this package are repeated. */
export function reasonOf(error: unknown, what: string): DeadLetterReason {
  if (!(error instanceof FraudScorerError)) return { code: 'ERR_UNKNOWN', message: `${what} threw another error` };
  const { code, message } = error;
  return 'issues' in error ? { code, message, issues: error.issues } : { code, message };
}
