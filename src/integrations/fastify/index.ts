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
export { fraud as default } from './plugin.js';
export type { FraudPluginOptions } from './types.js';
