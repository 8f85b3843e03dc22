import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock } from '../../../host/clock.js';

/** After this long without a message although some were sent, the server is asked whether it is there. In ms. */
const silenceMs = 1_000;

/**
 * Whether the server takes messages. A server that hangs keeps its connection for minutes, and all that is sent meanwhile would pile up in the memory
 * of this process.
 */
export class ServerPulse {
  readonly #connection: NatsConnection;
  readonly #clock: Clock;
  readonly #onBack: () => void;
  /** When the first message was sent since something came. */
  #sentAt: number | null = null;
  #isAsked = false;

  /** @param onBack the server answers again. */
  constructor(connection: NatsConnection, clock: Clock, onBack: () => void) {
    this.#connection = connection;
    this.#clock = clock;
    this.#onBack = onBack;
  }

  sent(now: number): void {
    this.#sentAt ??= now;
  }

  heard(): void {
    this.#sentAt = null;
  }

  /** Whether nothing should be sent now. */
  isSilent(now: number): boolean {
    if (this.#sentAt === null || now - this.#sentAt < silenceMs) return false;
    if (!this.#isAsked) this.#ask();
    return true;
  }

  #ask(): void {
    this.#isAsked = true;
    const end = (): void => {
      this.#isAsked = false;
      this.#sentAt = null;
      this.#clock.soon(this.#onBack);
    };
    // It rejects if the connection is lost, which others notice.
    this.#connection.flush().then(end, end);
  }
}
