export type { FleetPlaceOptions } from './buckets.js';
export { FleetDeployments, type FleetEntry } from './fleet-deployments.js';
export type { DeploymentFollower, FollowerState } from './follow/deployment-follower.js';
export { followDeployments } from './follow/follow-deployments.js';
export type { FollowOptions } from './follow/follow-options.js';
export type { FollowedScorer } from './follow/followed-scorer.js';
export type { FleetModels } from './models/model-source.js';
export { type PublishedModel, type PublishOptions, publishModel } from './models/publish-model.js';
export type { LiveDeployment, NodeError, NodeReport } from './node-report.js';
export type { FleetDeployOptions } from './state/deploy-order.js';
export type {
  FleetCanary,
  FleetCanaryPlan,
  FleetChallenger,
  FleetRollout,
  FleetShadow,
  FleetState,
  FleetVersion,
  ReplacedVersions,
} from './state/fleet-state.js';
export type { CanaryEndedOptions, SettledOptions } from './waiting.js';
