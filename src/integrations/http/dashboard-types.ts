// The types of the page, and all that they mention: whoever imports from this subpath alone can name each.
export type { Alert, AlertName, AlertRecord, AlertRule, AlertSeverity, AlertsSummary } from '../../api/alerts.js';
export type { CanaryGuard } from '../../api/canary.js';
export type {
  DashboardAlert,
  DashboardDrift,
  DashboardEvent,
  DashboardFleet,
  DashboardHostLoad,
  DashboardMoney,
  DashboardNode,
  DashboardPoint,
  DashboardSnapshot,
  DashboardVersion,
} from '../../api/dashboard.js';
export type { DeploymentRole, DeploymentSummary, SampleRatioSummary } from '../../api/deployment.js';
export type { DriftSummary, FeatureDrift } from '../../api/drift.js';
export type {
  DecisionRecord,
  DeploymentEvent,
  DeploymentEventType,
  FraudScorerEvents,
  WorkerLostEvent,
} from '../../api/events.js';
export type { Health } from '../../api/health.js';
export type { DeviceSummary, Provider, ProviderAttempt } from '../../api/provider.js';
export type { Decision, ModelIdentity } from '../../api/result.js';
export type {
  BatchingSummary,
  BusinessSummary,
  CalibrationBin,
  CalibrationSummary,
  ExplanationsSummary,
  GcPauses,
  HostSummary,
  LabelCoverage,
  LabelDaySummary,
  LatencySummary,
  MoneySummary,
  PerformanceSummary,
  QueueSummary,
  RequestCounts,
  Summary,
  WorkersSummary,
} from '../../api/summary.js';
export type {
  CanarySummary,
  ComparisonSummary,
  RateDifference,
  ShadowDropReason,
  ShadowSummary,
} from '../../api/versions.js';
export type { DashboardEventName, DashboardScorer, EarlierSummary } from '../../dashboard/source.js';
