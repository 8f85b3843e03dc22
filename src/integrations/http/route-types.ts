// The types of the routes, of their options and of what they need of a scorer, and all that these mention: whoever imports from a subpath alone can
// name each.
export type * from '../../api/canary.js';
export type * from '../../api/deployment.js';
export type * from '../../api/metrics.js';
export type * from '../../api/model-description.js';
export type { Outcome } from '../../api/outcome.js';
export type * from '../../api/patch.js';
export type * from '../../api/policy.js';
export type * from '../../api/request.js';
export type * from '../../api/result.js';
export type * from '../../errors.js';
export type { PrometheusRegistry, RegisterOptions, TextOptions } from '../prometheus/types.js';
export type { DashboardOptions } from './dashboard-options.js';
export type * from './dashboard-types.js';
export type { IdempotencyOptions, ScoringRoutesOptions } from './options.js';
export type * from './types.js';
