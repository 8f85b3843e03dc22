export type { DashboardOptions } from '../http/dashboard-options.js';
export type { IdempotencyOptions, ScoringRoutesOptions } from '../http/options.js';
export type {
  Authorize,
  HttpRequest,
  HttpResponse,
  HttpScorer,
  RouteIdentity,
  RouteName,
  ScoringRoute,
  ScoringRoutes,
} from '../http/types.js';
export type { PrometheusRegistry, RegisterOptions, TextOptions } from '../prometheus/types.js';
export { type ProblemHandler, problemHandler } from './problem-handler.js';
export { scoringRouter } from './scoring-router.js';
export type { ExpressRequest, ScoringRouter } from './types.js';
