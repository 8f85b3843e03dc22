import type { ScoreOptions } from '../../../api/request.js';
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
  const score = (body: unknown, request: HttpRequest): Promise<HttpResponse> => {
    // Also where the answer is known already: a wrong header is wrong each time.
    const call = scoreOptionsOf(request, options);
    return kept === null || request.headers['idempotency-key'] === undefined
      ? scoreOne(body, call, context)
      : kept.answer(request, body, call, (left) => scoreOne(body, left, context));
  };
  return {
    ...{ method: 'POST', path: '/score', name: 'score', accepts: 'json', maxBodyBytes },
    async answer(request) {
      const body = readJson(request, context, maxBodyBytes);
      // Each promise that is passed on would cost the request three turns of the microtask queue more.
      return await score(body instanceof Promise ? await body : body, request);
    },
  };
}

async function scoreOne(body: unknown, call: ScoreOptions | undefined, context: RouteContext): Promise<HttpResponse> {
  const { scorer, integers } = context;
  try {
    return json(await scorer.score(integers.read(body) as never, call));
  } catch (error) {
    return problem(error, context, body);
  }
}
