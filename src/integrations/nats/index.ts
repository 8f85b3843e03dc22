/**
 * A fleet of scorers on NATS: a scoring service and its client, a worker for JetStream streams, deployments that all nodes follow, and the
 * fleet's summary.
 *
 * @module
 * @primaryExport
 */
export type { RemoteScorerOptions } from './remote/remote-options.js';
export { RemoteScorer } from './remote/remote-scorer.js';
export type { ScoringServiceStats } from './service/scoring-node.js';
export { type ScoringService, serveScoring } from './service/serve-scoring.js';
export type { ServedScorer } from './service/served-scorer.js';
export type { ServeScoringOptions, ServiceLimits } from './service/service-options.js';
export { defaultGroup, defaultSubject } from './subjects.js';
export type { RefusalKind } from './wire/refusal.js';
