export { clientSignal } from './client-signal.js';
export { type DashboardHandler, dashboardHandler } from './dashboard-handler.js';
export { type NodeHandler, nodeHandler } from './node-handler.js';
export { type Problem, type ProblemIssue, type ProblemOptions, type ProblemResponse, toProblem } from './problem.js';
export type { HttpErrorCode, ProblemCode } from './problem-kinds.js';
export type * from './route-types.js';
export type { BatchOutcome } from './routes/batch.js';
export { createScoringRoutes } from './scoring-routes.js';
export { type SerialisedResponse, serialise } from './serialise.js';
