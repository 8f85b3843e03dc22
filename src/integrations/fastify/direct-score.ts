import type { FastifyContentTypeParser, FastifyReply, FastifyRequest } from 'fastify';
import { clientSignal } from '../http/client-signal.js';
import type { AdapterRoutes } from '../http/scoring-routes.js';
import type { HttpResponse } from '../http/types.js';

/** Sends an answer. */
type Send = (answer: HttpResponse, request: FastifyRequest, reply: FastifyReply) => void;

type Handler = (request: FastifyRequest, reply: FastifyReply) => void;

/**
 * POST `/score` where no `authorize` has to be asked first: the body is read as Fastify's own parser reads one, and the answer is sent as soon as
 * the scorer has it, without promises between.
 *
 * @param send sends what the scorer or the route has answered. @param general answers a request whose body nobody has read.
 */
export function directScore(
  { read, score }: NonNullable<AdapterRoutes['direct']>,
  send: Send,
  general: Handler,
): { parse: FastifyContentTypeParser; handle: Handler } {
  /** Kept apart from the bodies: a hook of the host may still make a body of what could not be read. */
  const refusals = new WeakMap<FastifyRequest, HttpResponse>();
  return {
    parse: (request, payload, done) => {
      read(payload, request.headers, (refusal, body) => {
        if (refusal !== null) refusals.set(request, refusal);
        done(null, body);
      });
    },
    handle: (request, reply) => {
      const { body, headers, raw } = request;
      if (body !== undefined) {
        score({ headers, body, signal: clientSignal(raw, reply.raw) }, (answer) => send(answer, request, reply));
        return;
      }
      const refusal = refusals.get(request);
      if (refusal === undefined) general(request, reply);
      else send(refusal, request, reply);
    },
  };
}
