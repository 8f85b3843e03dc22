import type { ServerResponse } from 'node:http';
import { systemClock } from '../../host/clock.js';
import { clientSignal } from '../http/client-signal.js';
import { sendNode } from '../http/node-send.js';
import type { ScoringRoutesOptions } from '../http/options.js';
import { bodyOf } from '../http/parsed-body.js';
import { createScoringRoutes } from '../http/scoring-routes.js';
import { locate } from '../http/target.js';
import type { HttpRequest, HttpScorer } from '../http/types.js';
import type { ExpressRequest, ScoringRouter } from './types.js';

/**
 * The routes of a scorer as a router of Express 4 or 5. Mount it before body parsers, and it reads the bodies itself; behind one, it takes what
 * that has parsed. A path that is none of its routes goes on to `next()`.
 *
 * @example
 * const app = express();
 * app.use('/fraud', scoringRouter(scorer));
 *
 * @throws {InvalidOptionsError} where an option is not as documented, or there is no scorer.
 */
export function scoringRouter(scorer: HttpScorer, options?: ScoringRoutesOptions): ScoringRouter {
  const routes = createScoringRoutes(scorer, options);
  const paths = new Set(routes.routes.map(({ path }) => path));
  const router = (request: ExpressRequest, response: ServerResponse, next: () => void): void => {
    // Express has taken the path at which the router is mounted off the address.
    const { path, query } = locate(request.url ?? '/', routes.prefix);
    if (!paths.has(path)) {
      next();
      return;
    }
    const { body, rawBody } = bodyOf(request.body, request);
    const asked: HttpRequest = {
      method: request.method ?? 'GET',
      path,
      query,
      basePath: request.baseUrl,
      headers: request.headers,
      body,
      rawBody,
      signal: clientSignal(request, response),
      raw: request,
    };
    sendNode(routes.handle(asked), request, response, systemClock);
  };
  return Object.assign(router, { routes, close: () => routes.close() });
}
