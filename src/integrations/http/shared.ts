/**
 * What `fraud-scorer/http` gives away and what the adapters of frameworks use of this folder: built once, into a file of its own, which the files of
 * the subpaths load (`tsup.config.ts`). A new value that one of them imports from here must be in this list.
 */

export { clientSignal } from './client-signal.js';
export { isServerClosing } from './closing-server.js';
export { dashboardHandler } from './dashboard-handler.js';
export { drainable } from './drainable.js';
export { statusOf } from './error-status.js';
export { frameworkProblem } from './framework-problem.js';
export { ndjsonTypes } from './media-type.js';
export { nodeHandler } from './node-handler.js';
export { sendNode } from './node-send.js';
export { bodyOf } from './parsed-body.js';
export { toProblem } from './problem.js';
export { createScoringRoutes, routesFor } from './scoring-routes.js';
export { serialise } from './serialise.js';
export { ServerDrain } from './server-drain.js';
export { takeOver } from './take-over.js';
export { locate } from './target.js';
