/**
 * The routes of a scorer without a framework, errors as problems (RFC 9457), and what servers of `node:http` need to start, stop and show the live page.
 *
 * @module
 * @primaryExport
 */
export { clientSignal } from './client-signal.js';
export { type DashboardHandler, dashboardHandler } from './dashboard-handler.js';
export { type DrainReport, drainable } from './drainable.js';
export { type NodeHandler, nodeHandler } from './node-handler.js';
export { type Problem, type ProblemIssue, type ProblemOptions, type ProblemResponse, toProblem } from './problem.js';
export type { HttpErrorCode, ProblemCode } from './problem-kinds.js';
export type * from './route-types.js';
export type { BatchOutcome } from './routes/batch.js';
export { createScoringRoutes } from './scoring-routes.js';
export { type SerialisedResponse, serialise } from './serialise.js';
