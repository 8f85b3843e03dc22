import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../../host/clock.js';
import { isServerClosing } from '../http/closing-server.js';
import { sendNode } from '../http/node-send.js';
import { takeOver } from '../http/take-over.js';
import type { HttpResponse } from '../http/types.js';

/** With a serialiser of a reply's own, Fastify leaves the type as it is. */
const asJson = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));

/** Sends a result through the function that Fastify has compiled for the route, and with the type that Fastify gives JSON. */
export function sendResult({ headers, body }: HttpResponse, request: FastifyRequest, reply: FastifyReply): void {
  if (isServerClosing(request.raw)) reply.header('Connection', 'close');
  for (const name in headers) if (name !== 'Content-Type') reply.header(name, headers[name]);
  reply.send(body);
}

/** Sends any answer with Fastify, so that the host's hooks see it. */
export function send(answer: HttpResponse, request: FastifyRequest, reply: FastifyReply): void {
  const { status, headers, body } = answer;
  if (headers.Connection === 'close' && !request.raw.complete) {
    sendEarly(answer, request, reply);
    return;
  }
  if (isServerClosing(request.raw)) reply.header('Connection', 'close');
  reply.code(status).headers(headers).serializer(asJson);
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body) {
    // A client may wait for the head before it sends the first line.
    reply.raw.once('pipe', () => reply.raw.flushHeaders());
    reply.send(body instanceof Readable ? body : Readable.from(body as AsyncIterable<unknown>));
  } else {
    reply.send(body);
  }
}

/** The client is still sending: Fastify would reset the connection, and the client would not get to read why. */
function sendEarly(answer: HttpResponse, request: FastifyRequest, reply: FastifyReply): void {
  sendNode(answer, request.raw, takeOver(reply), systemClock);
}
