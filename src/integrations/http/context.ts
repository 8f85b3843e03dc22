import type { Clock } from '../../host/clock.js';
import type { BodyDeadlines } from './body-deadlines.js';
import type { LongIntegers } from './long-integers.js';
import type { ResolvedRoutesOptions } from './options.js';
import { toProblem } from './problem.js';
import type { HttpRequest, HttpResponse, HttpScorer, ScoringRoute } from './types.js';

/** What all routes have in common. */
export interface RouteContext {
  readonly scorer: HttpScorer;
  readonly options: ResolvedRoutesOptions;
  readonly clock: Clock;
  /** Watches that bodies arrive in time. */
  readonly bodies: BodyDeadlines;
  /** Reads integers that JSON has no number for. */
  readonly integers: LongIntegers;
  /** To be called by `ScoringRoutes.close`. */
  readonly disposers: (() => void)[];
}

/** A route as its own file has it: its function may throw and reject. */
export interface RouteDefinition extends Omit<ScoringRoute, 'handle'> {
  answer(request: HttpRequest): HttpResponse | Promise<HttpResponse>;
}

/** A JSON answer that nobody keeps. */
export function json(body: unknown, status = 200): HttpResponse {
  return { status, headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }, body };
}

/** An error as a response. @param body what was asked, where it is known. */
export function problem(error: unknown, { options }: RouteContext, body?: unknown, pointer = ''): HttpResponse {
  return toProblem(error, { body, pointer, typeBase: options.problemTypeBase });
}
