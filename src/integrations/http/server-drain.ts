import type { Server } from 'node:http';
import { type Clock, systemClock } from '../../host/clock.js';
import { OpenResponses } from './open-responses.js';

const drains = new WeakMap<Server, ServerDrain>();

/**
 * Ends an HTTP server without losing a request. `server.close()` alone leaves connections that clients keep alive open once their answer is
 * sent, and waits for them; told `Connection: close`, the clients let go.
 */
export class ServerDrain {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #open: OpenResponses;
  #isEnding = false;
  #finished: Promise<number> | null = null;

  private constructor(server: Server, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.#open = new OpenResponses(server, (response) => {
      if (this.#isEnding) response.setHeader('Connection', 'close');
    });
  }

  /** One for each server, whoever asks. To be made before the server takes its first request. */
  static of(server: Server, clock: Clock = systemClock): ServerDrain {
    const drain = drains.get(server) ?? new ServerDrain(server, clock);
    drains.set(server, drain);
    return drain;
  }

  /** From now on, every answer tells its client to close the connection. For a server that something else closes. */
  letGo(): void {
    this.#isEnding = true;
    for (const response of this.#open.last()) if (!response.headersSent) response.setHeader('Connection', 'close');
  }

  /**
   * Stops listening and waits until every request in flight is answered; after `timeoutMs` what is left is cut off. The first call counts.
   *
   * @returns how many were cut off.
   */
  finish(timeoutMs: number): Promise<number> {
    this.#finished ??= this.#finish(timeoutMs);
    return this.#finished;
  }

  async #finish(timeoutMs: number): Promise<number> {
    this.letGo();
    // The caller notes that it has begun before anything else happens.
    await null;
    if (!this.#server.listening) return 0;
    let cutOff = 0;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.background(timeoutMs, () => {
        cutOff = this.#open.size;
        this.#server.closeAllConnections();
        // Not when the server has closed: it waits for upgraded sockets, such as WebSockets, which are not for us to end.
        resolve();
      });
      this.#server.close(() => {
        timer.clear();
        resolve();
      });
    });
    return cutOff;
  }
}
