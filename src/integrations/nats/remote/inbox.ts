import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { nobodyListens } from '../nobody-listens.js';

interface InboxOptions {
  connection: NatsConnection;
  /** What comes back for a frame. `isNobody`: no node listens on the subject that the frame was sent to. */
  onReply: (frameId: number, data: Uint8Array, isNobody: boolean) => void;
  /** What comes back for a question for nodes. `isNobody`: no node is there. */
  onFound: (data: Uint8Array, isNobody: boolean) => void;
  onBadMessage: (reason: string) => void;
}

/** Sends frames and questions for nodes, and receives what comes back, on a subject of this client alone. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #frames: string;
  readonly #found: string;
  readonly #subscription: Subscription;

  constructor(options: InboxOptions) {
    this.#options = options;
    const { connection, onBadMessage } = options;
    const inbox = createInbox(inboxPrefixOf(connection));
    this.#frames = `${inbox}.`;
    this.#found = `${inbox}.nodes`;
    this.#subscription = connection.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error !== null) onBadMessage(error.name);
        else this.#receive(message);
      },
    });
  }

  /** The most bytes of a message that the server takes. */
  get maxBytes(): number {
    return this.#options.connection.info?.max_payload ?? 1_048_576;
  }

  /** @returns whether the connection has taken it. */
  sendFrame(subject: string, frameId: number, bytes: Uint8Array): boolean {
    return this.#publish(subject, bytes, this.#frames + frameId.toString(36));
  }

  /** Asks all nodes of the service to tell of themselves. */
  askForNodes(serviceName: string): void {
    this.#publish(`$SRV.INFO.${serviceName}`, '', this.#found);
  }

  dispose(): void {
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
  }

  #publish(subject: string, body: Uint8Array | string, reply: string): boolean {
    const { connection, onBadMessage } = this.#options;
    try {
      if (connection.isClosed()) return false;
      connection.publish(subject, body, { reply });
      return true;
    } catch (error) {
      onBadMessage(error instanceof Error ? error.name : 'a message could not be sent');
      return false;
    }
  }

  #receive(message: Msg): void {
    const { data, subject } = message;
    const isNobody = nobodyListens(message);
    if (subject === this.#found) this.#options.onFound(data, isNobody);
    else this.#options.onReply(Number.parseInt(subject.slice(this.#frames.length), 36), data, isNobody);
  }
}

/** The prefix of inboxes that the connection was made with. A user may be allowed to listen there only. */
function inboxPrefixOf(connection: NatsConnection): string | undefined {
  const options: unknown = Reflect.get(connection, 'options');
  if (typeof options !== 'object' || options === null) return undefined;
  const prefix: unknown = Reflect.get(options, 'inboxPrefix');
  return typeof prefix === 'string' ? prefix : undefined;
}
