import type { IncomingMessage } from 'node:http';

/**
 * Whether the server of a request has stopped listening. Its answers then end their connections, as `server.close()` waits for connections that
 * clients keep open.
 */
export function isServerClosing({
  socket,
}: {
  readonly socket: IncomingMessage['socket'] | null | undefined;
}): boolean {
  // Stand-ins for requests, in tests and behind serverless adapters, may have no socket, or one without a server.
  return socket !== null && socket !== undefined && 'server' in socket && isClosing(socket.server);
}

function isClosing(server: unknown): boolean {
  return typeof server === 'object' && server !== null && 'listening' in server && server.listening === false;
}
