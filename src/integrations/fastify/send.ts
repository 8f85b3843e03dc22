import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../../host/clock.js';
import { sendNode } from '../http/node-send.js';
import type { HttpResponse } from '../http/types.js';

/** Makes the body of an answer a text; texts stay as they are. */
export type Serialise = (body: unknown) => string;

export const serialiseJson: Serialise = (body) => (typeof body === 'string' ? body : JSON.stringify(body));

/** Sends an answer with Fastify, so that the host's hooks see it. */
export function send(answer: HttpResponse, request: FastifyRequest, reply: FastifyReply, serialise: Serialise): void {
  const { status, headers, body } = answer;
  if (headers.Connection === 'close' && !request.raw.complete) {
    sendEarly(answer, request, reply);
    return;
  }
  // With a serialiser of its own, Fastify leaves the type as it is.
  reply.code(status).headers(headers).serializer(serialise);
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
  reply.hijack();
  const own = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]);
  const headers = { ...Object.fromEntries(own), ...answer.headers };
  sendNode({ ...answer, headers }, request.raw, reply.raw, systemClock);
}
