import { json, problem, type RouteContext, type RouteDefinition } from '../context.js';
import { IdempotencyCache } from '../idempotency.js';
import { readJson } from '../json-body.js';
import { scoreOptionsOf } from '../score-call.js';
import type { HttpRequest, HttpResponse } from '../types.js';

/** POST `/score`: one transaction. */
export function scoreRoute(context: RouteContext): RouteDefinition {
  const { options, clock } = context;
  const { maxBodyBytes } = options;
  const kept = options.idempotency === null ? null : new IdempotencyCache(options.idempotency, clock);
  const score = (body: unknown, request: HttpRequest): Promise<HttpResponse> =>
    kept === null || request.headers['idempotency-key'] === undefined
      ? scoreOne(body, request, context)
      : kept.answer(request, body, () => scoreOne(body, request, context));
  return {
    ...{ method: 'POST', path: '/score', name: 'score', accepts: 'json', maxBodyBytes },
    async answer(request) {
      const body = readJson(request, context, maxBodyBytes);
      // Each promise that is passed on would cost the request three turns of the microtask queue more.
      return await score(body instanceof Promise ? await body : body, request);
    },
  };
}

async function scoreOne(body: unknown, request: HttpRequest, context: RouteContext): Promise<HttpResponse> {
  const { scorer, options, integers } = context;
  try {
    return json(await scorer.score(integers.read(body) as never, scoreOptionsOf(request, options)));
  } catch (error) {
    return problem(error, context, body);
  }
}
