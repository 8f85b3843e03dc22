import type { ScoreOptions } from '../../../api/request.js';
import type { ScoreResult } from '../../../api/result.js';
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
    const call = scoreOptionsOf(request, options);
    return kept === null || request.headers['idempotency-key'] === undefined
      ? scoreOne(body, call, context)
      : kept.answer(request, body, call, (left) => scoreOne(body, left, context));
  };
  return {
    ...{ method: 'POST', path: '/score', name: 'score', accepts: 'json', maxBodyBytes },
    answer(request) {
      const body = readJson(request, context, maxBodyBytes);
      return body instanceof Promise ? body.then((value) => score(value, request)) : score(body, request);
    },
  };
}

function scoreOne(body: unknown, call: ScoreOptions | undefined, context: RouteContext): Promise<HttpResponse> {
  const { scorer, integers } = context;
  const scored: Promise<ScoreResult> = scorer.score(integers.read(body) as never, call);
  return scored.then(answerOf, (error) => problem(error, context, body));
}

/** Not `json` itself: a promise passes its own arguments. */
function answerOf(result: ScoreResult): HttpResponse {
  return json(result);
}
