import type { Msg } from '@nats-io/transport-node';

/** Whether the server says in place of an answer that nobody listens on the subject. */
export function nobodyListens(message: Msg): boolean {
  if (message.data.length > 0) return false;
  try {
    return message.headers?.code === 503;
  } catch {
    // The headers of others may be malformed. Reading them throws then.
    return false;
  }
}
