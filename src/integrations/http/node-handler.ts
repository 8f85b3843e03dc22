import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../../host/clock.js';
import { clientSignal } from './client-signal.js';
import { sendNode } from './node-send.js';
import type { ScoringRoutesOptions } from './options.js';
import { routesFor } from './scoring-routes.js';
import { locate } from './target.js';
import type { HttpRequest, HttpScorer, ScoringRoutes } from './types.js';

/** Answers requests of `node:http`: a listener of `createServer`. Never throws. */
export interface NodeHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  readonly routes: ScoringRoutes;
  /** See `ScoringRoutes.close`. */
  close(): void;
}

/**
 * The routes of a scorer on plain `node:http`. It reads the bodies itself, within their limits; whatever is below no route is 404.
 *
 * @example
 * createServer(nodeHandler(scorer, { prefix: '/fraud' })).listen(3_000);
 *
 * @throws {InvalidOptionsError} where an option is not as documented, or there is no scorer.
 */
export function nodeHandler(scorer: HttpScorer, options?: ScoringRoutesOptions): NodeHandler {
  return handlerOf(routesFor(scorer, options, systemClock), systemClock);
}

/** The same with another clock, for tests. */
export function handlerOf(routes: ScoringRoutes, clock: Clock): NodeHandler {
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    const { path, query } = locate(request.url ?? '/', routes.prefix);
    const asked: HttpRequest = {
      method: request.method ?? 'GET',
      path,
      query,
      headers: request.headers,
      rawBody: request,
      signal: clientSignal(request, response),
      raw: request,
    };
    sendNode(routes.handle(asked), request, response, clock);
  };
  return Object.assign(handler, { routes, close: () => routes.close() });
}
