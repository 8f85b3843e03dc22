import type { ServerResponse } from 'node:http';

/** What a reply of Fastify's has for those who answer with `node:http`. */
export interface FastifyLikeReply {
  readonly raw: ServerResponse;
  hijack(): unknown;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
}

/** Takes an answer over from Fastify, to send it with `node:http`. Headers that hooks of the host have set go with it. */
export function takeOver(reply: FastifyLikeReply): ServerResponse {
  const { raw } = reply;
  reply.hijack();
  if (raw.headersSent) return raw;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) raw.setHeader(name, value);
  }
  return raw;
}
