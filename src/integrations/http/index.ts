export type {
  DashboardAlert,
  DashboardDrift,
  DashboardEvent,
  DashboardHostLoad,
  DashboardMoney,
  DashboardPoint,
  DashboardSnapshot,
  DashboardVersion,
} from '../../api/dashboard.js';
export type { DashboardEventName, DashboardScorer } from '../../dashboard/source.js';
export { type DashboardHandler, dashboardHandler } from './dashboard-handler.js';
export type { DashboardOptions } from './dashboard-options.js';
