/**
 * A fleet of scorers on NATS: a scoring service and its client, a worker for JetStream streams, deployments that all nodes follow, and the
 * fleet's summary.
 *
 * @module
 * @primaryExport
 */

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
export { defaultGroup, defaultSubject } from './subjects.js';
