import type { JsMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';

// What the stream worker needs of an engine. JetStream is the only one. A worker for another engine implements these three.

/** Gives messages to the workers of one consumer: each message to one of them, until it is settled. */
export interface MessageSource {
  /** Asks for up to `max_messages` (`expires` and `idle_heartbeat` in ms). */
  fetch(limits: { max_messages: number; expires: number; idle_heartbeat: number }): Promise<Pull>;
}

/** One question for messages. They come one by one. Throws if the server refuses the question, or is silent. */
export interface Pull extends AsyncIterable<JsMsg> {
  /** Takes no more. Those that have come are still handed out. */
  stop(): void;
}

/** How a message is settled, or kept. Each may throw or reject where the connection is lost: the message is delivered again then. */
export interface Settlement {
  /** It is done. */
  ack(): void;
  /** It is done. Resolves when the engine has stored that. */
  ackAck(): Promise<boolean>;
  /** Deliver it again after this many milliseconds. */
  nak(delayMs: number): void;
  /** It is over without a decision. */
  term(): void;
  /** It is still worked on: deliver it to nobody else. */
  working(): void;
}

/** Stores decisions and dead letters, and keeps one of those with the same `Nats-Msg-Id`. */
export interface DecisionStore {
  /** Rejects if it is not known to be stored. Never throws synchronously. */
  publish(subject: string, data: Uint8Array | string, headers: MsgHdrs): Promise<Confirmation>;
}

/** The stream has stored the message. */
export interface Confirmation {
  /** The stream already had a message with this id and kept that one. */
  readonly isDuplicate: boolean;
}
