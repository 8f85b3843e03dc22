/**
 * A fleet of scorers on NATS: a scoring service and its client, a worker for JetStream streams, deployments that all nodes follow, and the
 * fleet's summary.
 *
 * @module
 * @primaryExport
 */

export { scoreStream } from './stream/score-stream.js';
export type { StreamOptions, StreamRequest, StreamStats, StreamWorker } from './stream/types.js';
export { defaultGroup, defaultSubject } from './subjects.js';
