import type { Server, ServerResponse } from 'node:http';

/**
 * Ends an HTTP server without losing a request. `server.close()` alone leaves connections that clients keep alive
 * open once their answer is sent, and waits for them; told `Connection: close`, the clients let go.
 */
export class HttpDrain {
  readonly #server: Server;
  readonly #open = new Set<ServerResponse>();
  #draining = false;

  /** To be made before the server takes its first request. */
  constructor(server: Server) {
    this.#server = server;
    server.prependListener('request', (_request, response: ServerResponse) => {
      if (this.#draining) response.setHeader('Connection', 'close');
      this.#open.add(response);
      response.once('close', () => this.#open.delete(response));
    });
  }

  /** Stops listening and waits until every request in flight is answered; after `timeoutMs` what is left is cut off. */
  async finish(timeoutMs: number): Promise<{ cutOff: number }> {
    this.#draining = true;
    for (const response of this.#open) if (!response.headersSent) response.setHeader('Connection', 'close');
    let cutOff = 0;
    const timer = setTimeout(() => {
      cutOff = this.#open.size;
      this.#server.closeAllConnections();
    }, timeoutMs);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(timer);
    return { cutOff };
  }
}
