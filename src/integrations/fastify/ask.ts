import type { FastifyReply, FastifyRequest } from 'fastify';
import { clientSignal } from '../http/client-signal.js';
import type { HttpRequest } from '../http/types.js';

/** A request of Fastify's as the routes see it. @param path of the route. @param basePath at which the plugin is registered. */
export function askedOf(request: FastifyRequest, reply: FastifyReply, path: string, basePath: string): HttpRequest {
  const { raw, body } = request;
  const { url = '/' } = raw;
  const mark = url.indexOf('?');
  const isUnread = body === undefined || isStream(body);
  return {
    method: request.method,
    path,
    query: mark < 0 ? '' : url.slice(mark + 1),
    basePath,
    headers: request.headers,
    body: isUnread ? undefined : body,
    rawBody: isUnread ? (body ?? raw) : undefined,
    signal: clientSignal(raw, reply.raw),
    raw: request,
  };
}

/** The bytes, as the parser of this plugin leaves them; a hook of the host's may have made a value of them. */
function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}
