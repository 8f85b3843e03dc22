import type { ScoreOptions } from '../../../api/request.js';
import { json, problem, type RouteContext, type RouteDefinition } from '../context.js';
import { IdempotencyCache } from '../idempotency.js';
import { readJson } from '../json-body.js';
import { scoreOptionsOf } from '../score-call.js';
import type { HttpRequest, HttpResponse } from '../types.js';

/** Is called once. */
export type Done = (response: HttpResponse) => void;

/** What the route needs of a request whose body has been read. */
export type ScoreAsked = Pick<HttpRequest, 'headers' | 'body' | 'signal'>;

/** POST `/score`: one transaction. */
export interface ScoreRoute extends RouteDefinition {
  /**
   * Scores a body that has been read. It calls a function, because each promise that is passed on would cost the request turns of the microtask
   * queue. Never throws.
   */
  score(asked: ScoreAsked, done: Done): void;
}

export function scoreRoute(context: RouteContext): ScoreRoute {
  const { options, clock } = context;
  const { maxBodyBytes } = options;
  const kept = options.idempotency === null ? null : new IdempotencyCache(options.idempotency, clock);
  const score = (asked: ScoreAsked, done: Done): void => {
    let call: ScoreOptions | undefined;
    try {
      // Also where the answer is known already: a wrong header is wrong each time.
      call = scoreOptionsOf(asked, options);
    } catch (error) {
      done(problem(error, context, asked.body));
      return;
    }
    const { body } = asked;
    if (kept === null || asked.headers['idempotency-key'] === undefined) {
      scoreOne(body, call, context, done);
    } else {
      const scoreLeft = (left: ScoreOptions | undefined): Promise<HttpResponse> =>
        new Promise((resolve) => scoreOne(body, left, context, resolve));
      kept.answer(asked, body, call, scoreLeft).then(done, (error) => done(problem(error, context, body)));
    }
  };
  return {
    ...{ method: 'POST', path: '/score', name: 'score', accepts: 'json', maxBodyBytes },
    score,
    answer(request) {
      const read = readJson(request, context, maxBodyBytes);
      const scoreBody = (body: unknown): Promise<HttpResponse> =>
        new Promise((resolve) => score({ headers: request.headers, signal: request.signal, body }, resolve));
      return read instanceof Promise ? read.then(scoreBody) : scoreBody(read);
    },
  };
}

function scoreOne(
  body: unknown,
  call: ScoreOptions | undefined,
  context: RouteContext,
  done: (response: HttpResponse) => void,
): void {
  const fail = (error: unknown): void => done(problem(error, context, body));
  let scored: Promise<unknown>;
  try {
    // A scorer of the host's may give another kind of promise.
    scored = Promise.resolve(context.scorer.score(context.integers.read(body) as never, call));
  } catch (error) {
    fail(error);
    return;
  }
  scored.then((result) => done(json(result)), fail);
}
