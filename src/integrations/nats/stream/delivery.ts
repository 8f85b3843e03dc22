import type { JsMsg } from '@nats-io/jetstream';
import type { Settlement } from './port.js';

/**
 * One delivery of a message. It is settled exactly once: acknowledged, given back or given up. A lost connection makes an acknowledgement
 * fail, which does no harm: the server delivers the message again.
 */
export class Delivery {
  readonly message: JsMsg;
  /** Deliveries of this message so far, with this one. */
  readonly tries: number;
  readonly sequence: number;
  readonly #settlement: Settlement;
  #touchedAt: number;
  #isSettled = false;

  constructor(message: JsMsg, now: number) {
    const { deliveryCount, streamSequence } = message.info;
    this.message = message;
    this.#settlement = message;
    this.tries = deliveryCount;
    this.sequence = streamSequence;
    this.#touchedAt = now;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Milliseconds since the server last heard that this worker has it. */
  silentMs(now: number): number {
    return now - this.#touchedAt;
  }

  /** Tells the server that it is still being worked on. */
  touch(now: number): void {
    this.#touchedAt = now;
    tell(() => this.#settlement.working());
  }

  /** It is decided. */
  acknowledge(): void {
    this.#settle(() => this.#settlement.ack());
  }

  /** It is decided. Resolves when the server has confirmed that, or could not. */
  async confirmAcknowledged(): Promise<void> {
    if (this.#isSettled) return;
    this.#isSettled = true;
    await this.#settlement.ackAck().catch(() => false);
  }

  /** It will never be decided: its dead letter is stored. */
  terminate(): void {
    this.#settle(() => this.#settlement.term());
  }

  /** The server delivers it again after this time. */
  giveBack(delayMs: number): void {
    this.#settle(() => this.#settlement.nak(Math.round(delayMs)));
  }

  /** The server delivers it again by itself. */
  giveUp(): void {
    this.#isSettled = true;
  }

  #settle(answer: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    tell(answer);
  }
}

/** Throws where the connection is closed. */
function tell(answer: () => void): void {
  try {
    answer();
  } catch {
    // The server delivers the message again after the ack wait.
  }
}
