export type { PrometheusRegistry, RegisterOptions, TextOptions } from '../prometheus/types.js';
export { clientSignal } from './client-signal.js';
export { type DashboardHandler, dashboardHandler } from './dashboard-handler.js';
export type { DashboardOptions } from './dashboard-options.js';
export type * from './dashboard-types.js';
export { type DrainReport, drainable } from './drainable.js';
export { type NodeHandler, nodeHandler } from './node-handler.js';
export type { IdempotencyOptions, ScoringRoutesOptions } from './options.js';
export { type Problem, type ProblemIssue, type ProblemOptions, type ProblemResponse, toProblem } from './problem.js';
export type { HttpErrorCode, ProblemCode } from './problem-kinds.js';
export type { BatchOutcome } from './routes/batch.js';
export { createScoringRoutes } from './scoring-routes.js';
export { type SerialisedResponse, serialise } from './serialise.js';
export type {
  Authorize,
  HttpRequest,
  HttpResponse,
  HttpScorer,
  RouteIdentity,
  RouteName,
  ScoringRoute,
  ScoringRoutes,
} from './types.js';
