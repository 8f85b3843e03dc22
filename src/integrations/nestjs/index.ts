/**
 * A module for NestJS 11 and 12: scorers by injection, routes, health, and decorators for alerts and deployments.
 *
 * @module
 */
export { OnDeployment, OnFraudAlert, OnFraudAlertCleared } from './event-decorators.js';
export { FraudScorerModule } from './fraud-scorer-module.js';
export { FraudScorerHealthIndicator, type FraudScorerHealthResult } from './health-indicator.js';
export type * from './mentioned-types.js';
export type {
  FraudScorerAsyncOptions,
  FraudScorerModuleOptions,
  NestRoutesOptions,
  NestScoringOptions,
} from './module-options.js';
export { FraudProblemFilter } from './problem-filter.js';
