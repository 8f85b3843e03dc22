/**
 * A fleet of scorers on NATS: a scoring service and its client, a worker for JetStream streams, deployments that all nodes follow, and the
 * fleet's summary.
 *
 * @module
 * @primaryExport
 */

export {
  type CanaryEndedOptions,
  type DeploymentFollower,
  type FleetCanary,
  type FleetCanaryPlan,
  type FleetChallenger,
  FleetDeployments,
  type FleetDeployOptions,
  type FleetEntry,
  type FleetModels,
  type FleetPlaceOptions,
  type FleetRollout,
  type FleetShadow,
  type FleetState,
  type FleetVersion,
  type FollowedScorer,
  type FollowerState,
  type FollowOptions,
  followDeployments,
  type LiveDeployment,
  type NodeError,
  type NodeReport,
  type PublishedModel,
  type PublishOptions,
  publishModel,
  type ReplacedVersions,
  type SettledOptions,
} from './control/index.js';
export {
  type FleetNodeSummary,
  type FleetSummary,
  type FleetSummaryOptions,
  fleetSummary,
} from './fleet/fleet-summary.js';
export {
  type FleetMember,
  type FleetMemberStats,
  type FleetScorer,
  type JoinFleetOptions,
  joinFleet,
} from './fleet/join-fleet.js';
export { type OutcomeReceipt, type SendOutcomeOptions, sendOutcome } from './fleet/send-outcome.js';
export { type FleetWatch, type WatchFleetOptions, watchFleet } from './fleet/watch-fleet.js';
export type * from './mentioned-types.js';
export type { RemoteScorerOptions } from './remote/remote-options.js';
export { RemoteScorer } from './remote/remote-scorer.js';
export type { ScoringServiceStats } from './service/scoring-node.js';
export { type ScoringService, serveScoring } from './service/serve-scoring.js';
export type { ServedScorer } from './service/served-scorer.js';
export type { ServeScoringOptions, ServiceLimits } from './service/service-options.js';
export { scoreStream } from './stream/score-stream.js';
export type { StreamOptions, StreamRequest, StreamStats, StreamWorker } from './stream/types.js';
export { defaultGroup, defaultSubject } from './subjects.js';
export type { RefusalKind } from './wire/refusal.js';
