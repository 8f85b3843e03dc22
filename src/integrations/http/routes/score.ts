import type { ScoreResult } from '../../../api/result.js';
import { json, problem, type RouteContext, type RouteDefinition } from '../context.js';
import { readJson } from '../json-body.js';
import { scoreOptionsOf } from '../score-call.js';
import type { HttpRequest, HttpResponse } from '../types.js';

/** POST `/score`: one transaction. */
export function scoreRoute(context: RouteContext): RouteDefinition {
  const { options } = context;
  return {
    ...{ method: 'POST', path: '/score', name: 'score', accepts: 'json', maxBodyBytes: options.maxBodyBytes },
    answer(request) {
      const body = readJson(request, context, options.maxBodyBytes);
      return body instanceof Promise
        ? body.then((value) => scoreOne(value, request, context))
        : scoreOne(body, request, context);
    },
  };
}

function scoreOne(body: unknown, request: HttpRequest, context: RouteContext): Promise<HttpResponse> {
  const { scorer, options, integers } = context;
  const scored: Promise<ScoreResult> = scorer.score(integers.read(body) as never, scoreOptionsOf(request, options));
  return scored.then(json, (error) => problem(error, context, body));
}
