import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The responses of one connection that may be open. */
interface Connection {
  last: ServerResponse;
  /** Those before it, which only a client that does not wait for its answers has; mostly null. */
  earlier: ServerResponse[] | null;
}

/**
 * The responses of a server that are not sent yet. It listens to connections, not to responses: a request pays for a look-up alone.
 */
export class OpenResponses {
  readonly #connections = new Map<Socket, Connection>();

  constructor(server: Server, onRequest: (response: ServerResponse) => void) {
    server.prependListener('request', ({ socket }, response: ServerResponse) => {
      onRequest(response);
      this.#add(socket, response);
    });
  }

  get size(): number {
    let size = 0;
    for (const { last, earlier } of this.#connections.values()) {
      if (isOpen(last)) size += 1;
      if (earlier !== null) size += earlier.filter(isOpen).length;
    }
    return size;
  }

  /** The last of each connection: it can say that the connection ends, and those before it must not. */
  last(): ServerResponse[] {
    return [...this.#connections.values()].map(({ last }) => last).filter(isOpen);
  }

  #add(socket: Socket, response: ServerResponse): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) {
      if (socket.destroyed) return;
      this.#connections.set(socket, { last: response, earlier: null });
      socket.once('close', () => this.#connections.delete(socket));
      return;
    }
    const { last, earlier } = connection;
    connection.earlier = isOpen(last) ? [...(earlier ?? []).filter(isOpen), last] : null;
    connection.last = response;
  }
}

/** Its connection may have ended before it was sent: then it is not among the connections any more. */
function isOpen(response: ServerResponse): boolean {
  return !response.writableFinished;
}
