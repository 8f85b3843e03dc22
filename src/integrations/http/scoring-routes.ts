import { type Clock, systemClock } from '../../host/clock.js';
import { BodyDeadlines } from './body-deadlines.js';
import { problem, type RouteContext, type RouteDefinition } from './context.js';
import { guarded } from './guard.js';
import { HttpError } from './http-error.js';
import { jsonReader } from './json-body.js';
import { LongIntegers } from './long-integers.js';
import { readRoutesOptions, type ScoringRoutesOptions } from './options.js';
import { batchRoute } from './routes/batch.js';
import { dashboardRoutes } from './routes/dashboard.js';
import { deploymentRoutes } from './routes/deployments.js';
import { healthRoutes } from './routes/health.js';
import { openApiRoute } from './routes/openapi.js';
import { outcomesRoutes } from './routes/outcomes.js';
import { type Done, type ScoreAsked, type ScoreRoute, scoreRoute } from './routes/score.js';
import { streamRoute } from './routes/stream.js';
import { metricsRoutes, summaryRoutes } from './routes/summary.js';
import type { HttpRequest, HttpResponse, HttpScorer, ScoringRoute, ScoringRoutes } from './types.js';

/**
 * The routes of a scorer, for any framework: each is a function of a request to a response. `nodeHandler` serves them with `node:http` alone.
 *
 * @example
 * const routes = createScoringRoutes(scorer);
 * const { status, headers, body } = await routes.handle({ method: 'POST', path: '/score', headers: {}, body: transaction });
 *
 * @throws {InvalidOptionsError} where an option is not as documented, or there is no scorer.
 */
export function createScoringRoutes(scorer: HttpScorer, options?: ScoringRoutesOptions): ScoringRoutes {
  return routesFor(scorer, options, systemClock);
}

/** The routes with what an adapter needs to answer POST `/score` at little cost. */
export interface AdapterRoutes extends ScoringRoutes {
  /** null where `authorize` must be asked before a body is read. */
  readonly direct: DirectScore | null;
}

/** POST `/score` in two steps, with functions instead of promises. */
export interface DirectScore {
  /** Reads a body. `done` gets null and the value, or the answer to a body that cannot be read. */
  read(
    source: AsyncIterable<Uint8Array>,
    headers: HttpRequest['headers'],
    done: (refusal: HttpResponse | null, body?: unknown) => void,
  ): void;
  /** Scores a body. Never throws. */
  score(asked: ScoreAsked, done: Done): void;
}

/** The same with another clock, for tests, and for the adapters. */
export function routesFor(
  scorer: HttpScorer,
  given: ScoringRoutesOptions | undefined,
  clock: Clock = systemClock,
): AdapterRoutes {
  const options = readRoutesOptions(scorer, given);
  const integers = new LongIntegers(scorer);
  const bodies = new BodyDeadlines(options.bodyTimeoutMs, clock);
  const context: RouteContext = { scorer, options, clock, bodies, integers, disposers: [] };
  context.disposers.push(() => integers.dispose());
  const score = scoreRoute(context);
  const routes = definitionsOf(score, context).map((definition) => guarded(definition, context));
  const byPath = tableOf(routes);
  return {
    routes,
    prefix: options.prefix,
    direct: options.authorize === null ? directScore(score, context) : null,
    handle(request) {
      const methods = byPath.get(request.path);
      if (methods === undefined) return problem(new HttpError('ERR_NOT_FOUND', 'There is no such route'), context);
      const route = methods.get(request.method);
      if (route !== undefined) return route.handle(request);
      const get = request.method === 'HEAD' ? methods.get('GET') : undefined;
      return get === undefined ? problem(notAllowed(methods), context) : headOf(get, request);
    },
    close() {
      for (const dispose of context.disposers) dispose();
    },
  };
}

function directScore({ maxBodyBytes, score }: ScoreRoute, context: RouteContext): DirectScore {
  const read = jsonReader(context, maxBodyBytes);
  return {
    read(source, headers, done) {
      read(source, headers, (error, body) => {
        if (error === null) done(null, body);
        else done(problem(error, context));
      });
    },
    score,
  };
}

function definitionsOf(score: RouteDefinition, context: RouteContext): RouteDefinition[] {
  const definitions = [
    score,
    batchRoute(context),
    streamRoute(context),
    ...outcomesRoutes(context),
    ...summaryRoutes(context),
    ...healthRoutes(context),
    ...metricsRoutes(context),
    ...dashboardRoutes(context),
    ...deploymentRoutes(context),
  ];
  return [...definitions, openApiRoute(definitions, context)];
}

type RouteTable = ReadonlyMap<string, ReadonlyMap<string, ScoringRoute>>;

function tableOf(routes: readonly ScoringRoute[]): RouteTable {
  const table = new Map<string, Map<string, ScoringRoute>>();
  for (const route of routes) {
    const methods = table.get(route.path) ?? new Map<string, ScoringRoute>();
    table.set(route.path, methods.set(route.method, route));
  }
  return table;
}

function notAllowed(methods: ReadonlyMap<string, ScoringRoute>): HttpError {
  const names = [...methods.keys()].flatMap((name) => (name === 'GET' ? ['GET', 'HEAD'] : [name]));
  const allowed = names.join(', ');
  return new HttpError('ERR_METHOD_NOT_ALLOWED', `The method: expected ${allowed}`, { headers: { Allow: allowed } });
}

async function headOf(route: ScoringRoute, request: HttpRequest): Promise<HttpResponse> {
  return { ...(await route.handle(request)), body: null };
}
