import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FastifyLikeReply, takeOver } from '../http/take-over.js';

/** A request of Express, or of Fastify, which has that of `node:http` inside. */
export type NestRequest = (IncomingMessage | { raw: IncomingMessage }) & { body?: unknown };

/** Likewise. */
export type NestReply = ServerResponse | FastifyLikeReply;

/** The request of `node:http`. */
export function requestOf(request: NestRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/** The response of `node:http`: what answers with it is not answered by Fastify any more. */
export function responseOf(reply: NestReply): ServerResponse {
  return 'raw' in reply ? takeOver(reply) : reply;
}
