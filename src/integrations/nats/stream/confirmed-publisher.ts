import { createInbox, type Msg, type MsgHdrs, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { UnavailableError } from '../../../errors.js';
import type { Clock, Timer } from '../../../host/clock.js';
import { nobodyListens } from '../nobody-listens.js';
import type { Confirmation, DecisionStore } from './port.js';

interface Pending {
  readonly sentAt: number;
  readonly resolve: (confirmation: Confirmation) => void;
  readonly reject: (error: Error) => void;
}

/** A stream confirms within milliseconds, unless its server is restarted. */
const timeoutMs = 5_000;

const sweepMs = timeoutMs / 5;

/** The longest that `publish` waits for a confirmation. */
export const longestConfirmMs = timeoutMs + sweepMs;

/**
 * Publishes to JetStream with many messages in flight. `publish` of the JetStream client does the same with a timer and a stack trace for
 * each message, which take longer than scoring does.
 */
export class ConfirmedPublisher implements DecisionStore {
  readonly #connection: NatsConnection;
  readonly #clock: Clock;
  readonly #inbox: string;
  readonly #subscription: Subscription;
  readonly #sweep: Timer;
  /** In the order of sending. */
  readonly #pending = new Map<string, Pending>();
  #next = 0;

  constructor(connection: NatsConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    this.#inbox = createInbox(inboxPrefixOf(connection));
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#confirm(message);
      },
    });
    this.#sweep = clock.every(sweepMs, () => this.#expire());
  }

  /** @throws {UnavailableError} if no stream confirmed it in time, or the server or the stream refused it. Never throws synchronously. */
  publish(subject: string, data: Uint8Array | string, headers: MsgHdrs): Promise<Confirmation> {
    return new Promise((resolve, reject) => {
      this.#next += 1;
      const token = this.#next.toString(36);
      this.#connection.publish(subject, data, { headers, reply: `${this.#inbox}.${token}` });
      this.#pending.set(token, { sentAt: this.#clock.now(), resolve, reject });
    });
  }

  close(): void {
    this.#sweep.clear();
    this.#subscription.unsubscribe();
    this.#rejectWhile(() => true, 'The worker has ended');
  }

  #confirm(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length + 1);
    const pending = this.#pending.get(token);
    if (pending === undefined) return;
    this.#pending.delete(token);
    const confirmation = readConfirmation(message);
    if (typeof confirmation === 'string') pending.reject(new UnavailableError(confirmation));
    else pending.resolve(confirmation);
  }

  #expire(): void {
    const last = this.#clock.now() - timeoutMs;
    this.#rejectWhile(({ sentAt }) => sentAt <= last, `No stream confirmed the message within ${timeoutMs} ms`);
  }

  #rejectWhile(isOver: (pending: Pending) => boolean, reason: string): void {
    for (const [token, pending] of this.#pending) {
      if (!isOver(pending)) return;
      this.#pending.delete(token);
      pending.reject(new UnavailableError(reason));
    }
  }
}

/** @returns the reason if it was refused. */
function readConfirmation(message: Msg): Confirmation | string {
  if (nobodyListens(message)) return 'No stream takes the subject: create one, or add the subject to it';
  try {
    const answer: unknown = message.json();
    if (typeof answer !== 'object' || answer === null)
      return 'The stream answered with something that is no confirmation';
    if ('error' in answer) return `The stream refused the message: ${descriptionOf(answer.error)}`;
    if ('stream' in answer) return { isDuplicate: 'duplicate' in answer && answer.duplicate === true };
  } catch {
    // Not JSON.
  }
  return 'The answer is no confirmation of a stream';
}

function descriptionOf(error: unknown): string {
  const isDescribed = typeof error === 'object' && error !== null && 'description' in error;
  return isDescribed ? String(error.description) : 'it gave no reason';
}

/** The type of a connection does not have its options. */
function inboxPrefixOf(connection: NatsConnection): string | undefined {
  const options: unknown = Reflect.get(connection, 'options');
  if (typeof options !== 'object' || options === null || !('inboxPrefix' in options)) return undefined;
  return typeof options.inboxPrefix === 'string' ? options.inboxPrefix : undefined;
}
