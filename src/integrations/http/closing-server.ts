import type { IncomingMessage } from 'node:http';

/**
 * Whether the server of a request has stopped listening. Its answers then end their connections, as `server.close()` waits for connections that
 * clients keep open.
 */
export function isServerClosing(request: IncomingMessage): boolean {
  // Stand-ins for requests, in tests and behind serverless adapters, may have no socket, or one without a server.
  const server: unknown = Reflect.get(Object(request.socket), 'server');
  return typeof server === 'object' && server !== null && Reflect.get(server, 'listening') === false;
}
