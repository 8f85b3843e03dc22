export type * from '../http/route-types.js';
export { type ProblemHandler, problemHandler } from './problem-handler.js';
export { scoringRouter } from './scoring-router.js';
export type { ExpressRequest, ScoringRouter } from './types.js';
