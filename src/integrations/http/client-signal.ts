import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { newAbortController } from '../../host/abort-controller.js';
import { markLasting } from '../../host/lasting-signal.js';

/** What a connection has: its signal, and the last answer on it. */
interface Connection {
  readonly controller: AbortController;
  response: ServerResponse;
}

const connections = new WeakMap<Socket, Connection>();

/**
 * A signal that fires when the client went away before it had its answer, so that nothing is scored for nobody. Give it to `score`.
 *
 * A connection of HTTP/1 has one signal for all of its requests, which costs a request next to nothing. It never fires for a request that is the last
 * one on its connection and was answered.
 *
 * @param request as `node:http`, Express (`request`), Fastify (`request.raw`) and NestJS have it.
 * @param response the same, `reply.raw` for Fastify.
 */
export function clientSignal(request: IncomingMessage, response: ServerResponse): AbortSignal {
  const { socket } = request;
  // Streams of HTTP/2 share a socket, and end one by one. What is no socket stands in for one, in a test.
  if (request.httpVersionMajor !== 1 || !(socket instanceof Socket)) return signalOf(response);
  const connection = connections.get(socket);
  if (connection === undefined) return connect(socket, response);
  connection.response = response;
  return connection.controller.signal;
}

function connect(socket: Socket, response: ServerResponse): AbortSignal {
  const connection: Connection = { controller: newAbortController(), response };
  const abort = (): void => {
    // Answers leave a connection in the order of their requests: where the last one has, all have.
    if (!connection.response.writableFinished) connection.controller.abort();
  };
  if (socket.destroyed) abort();
  else socket.once('close', abort);
  markLasting(connection.controller.signal);
  connections.set(socket, connection);
  return connection.controller.signal;
}

function signalOf(response: ServerResponse): AbortSignal {
  const controller = newAbortController();
  if (response.destroyed && !response.writableFinished) controller.abort();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
