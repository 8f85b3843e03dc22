import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { type Clock, systemClock } from '../../host/clock.js';
import { OpenResponses } from './open-responses.js';

/**
 * How long connections that seem idle are kept, in milliseconds. A client's next request may be on its way already, and would be lost with the connection;
 * answered, it tells the client to let go.
 */
const idleGraceMs = 500;

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
    const grace = this.#clock.background(Math.min(idleGraceMs, timeoutMs), () => this.#server.closeIdleConnections());
    await new Promise<void>((resolve) => {
      const timer = this.#clock.background(timeoutMs, () => {
        cutOff = this.#open.size;
        this.#server.closeAllConnections();
        // Not when the server has closed: it waits for upgraded sockets, such as WebSockets, which are not for us to end.
        resolve();
      });
      stopListening(this.#server, () => {
        timer.clear();
        resolve();
      });
    });
    grace.clear();
    return cutOff;
  }
}

/** As `server.close()`, which would close the connections that seem idle at once. @param done is called when the last connection is closed. */
function stopListening(server: Server, done: () => void): void {
  if (server instanceof NetServer) NetServer.prototype.close.call(server, () => done());
  else (server as Server).close(() => done());
}
