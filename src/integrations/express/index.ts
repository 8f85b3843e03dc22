/**
 * The routes of a scorer as a router of Express 4 and 5.
 *
 * @module
 */
export type * from '../http/route-types.js';
export { type ProblemHandler, problemHandler } from './problem-handler.js';
export { scoringRouter } from './scoring-router.js';
export type { ExpressRequest, ScoringRouter } from './types.js';
