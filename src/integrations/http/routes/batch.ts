import type { ScoreOutcome, ScoreResult } from '../../../api/result.js';
import { AbortedError, ClosedError } from '../../../errors.js';
import { json, problem, type RouteContext, type RouteDefinition } from '../context.js';
import { readJson } from '../json-body.js';
import { listIn } from '../list-body.js';
import type { Problem } from '../problem.js';
import { scoreOptionsOf } from '../score-call.js';
import type { HttpRequest, HttpResponse } from '../types.js';

/** What became of one request of a batch, or of one line of a stream. */
export type BatchOutcome = { status: 'fulfilled'; value: ScoreResult } | { status: 'rejected'; reason: Problem };

/** POST `/score/batch`: several transactions, each with an outcome of its own. */
export function batchRoute(context: RouteContext): RouteDefinition {
  const { maxBatchBytes } = context.options;
  return {
    ...{ method: 'POST', path: '/score/batch', name: 'scoreBatch', accepts: 'json', maxBodyBytes: maxBatchBytes },
    answer: async (request) => scoreBatch(await readJson(request, context, maxBatchBytes), request, context),
  };
}

async function scoreBatch(body: unknown, request: HttpRequest, context: RouteContext): Promise<HttpResponse> {
  const { scorer, options } = context;
  const requests = listIn(body, 'requests', options.maxBatchSize);
  const outcomes = await scorer.scoreMany(
    requests.map((one) => context.integers.read(one)) as never,
    scoreOptionsOf(request, options),
  );
  refuseAsWhole(outcomes);
  return json({ outcomes: outcomes.map((outcome, place) => outcomeOf(outcome, requests[place], place, context)) });
}

function outcomeOf(outcome: ScoreOutcome, request: unknown, place: number, context: RouteContext): BatchOutcome {
  if (outcome.status === 'fulfilled') return outcome;
  const { body } = problem(outcome.reason, context, request, `/requests/${place}`);
  return { status: 'rejected', reason: body as Problem };
}

/** Where none was scored because the scorer is closed or the client is gone, that is the answer. @throws {FraudScorerError} */
function refuseAsWhole(outcomes: readonly ScoreOutcome[]): void {
  const [first] = outcomes;
  if (first?.status !== 'rejected') return;
  const { reason } = first;
  if (!(reason instanceof ClosedError || reason instanceof AbortedError)) return;
  if (outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason.code === reason.code)) throw reason;
}
