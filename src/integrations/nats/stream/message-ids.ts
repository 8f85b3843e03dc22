import { createHash } from 'node:crypto';

/** Header values are trimmed and lose other characters, so that two ids could become one. */
const fitsHeader = /^[\x21-\x7e]{1,256}$/;

/**
 * The `Nats-Msg-Id` of a decision: the transaction's id. The server drops a second message with the same id within the stream's duplicate
 * window. An id that does not fit a header becomes its sha256.
 *
 * @param id null if the transaction has none: then the message's place in its stream is the id.
 */
export function decisionId(id: string | null, stream: string, sequence: number): string {
  if (id === null) return `${stream}:${sequence}`;
  return fitsHeader.test(id) ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
}

/**
 * The `Nats-Msg-Id` of a dead letter. It differs from that of a decision, because both may be in one stream, and from that of another consumer, whose
 * reason may be another.
 */
export function deadLetterId(stream: string, consumer: string, sequence: number): string {
  return `dead-letter:${stream}:${consumer}:${sequence}`;
}
