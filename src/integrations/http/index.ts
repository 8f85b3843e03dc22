export { type DashboardHandler, dashboardHandler } from './dashboard-handler.js';
export type { DashboardOptions } from './dashboard-options.js';
export type * from './dashboard-types.js';
