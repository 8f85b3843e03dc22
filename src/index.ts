/**
 * Scores card transactions for fraud inside a Node.js backend: `FraudScorer`, its options, results, events and errors, and the tools for models.
 *
 * @module
 * @primaryExport
 */
export type {
  Alert,
  AlertName,
  AlertOptions,
  AlertRecord,
  AlertRule,
  AlertRuleOptions,
  AlertSeverity,
  AlertSnapshot,
  AlertsSummary,
  AlertThresholds,
  CalibrationSeen,
  CoverageSeen,
  CustomAlert,
  DriftSeen,
  FailureCounts,
  FlipsSeen,
  LabelsSeen,
  TrafficSnapshot,
  VersionSnapshot,
  WorkersSeen,
} from './api/alerts.js';
export type { CanaryAnswer, CanaryArm, CanaryGate, CanaryGuard, CanaryOptions, CanaryReport } from './api/canary.js';
export type {
  AlertMessage,
  BatchMessage,
  ChannelMessage,
  DecisionMessage,
  FraudScorerChannels,
  RequestMessage,
  RequestOutcome,
} from './api/channels.js';
export type { DeploymentRole, DeploymentSummary, DeployOptions, SampleRatioSummary } from './api/deployment.js';
export type { DriftOptions, DriftSummary, FeatureDrift } from './api/drift.js';
export type {
  DecisionRecord,
  DeploymentEvent,
  DeploymentEventType,
  FraudScorerEvents,
  WorkerLostEvent,
} from './api/events.js';
export type { Health } from './api/health.js';
export type {
  FieldsFirstLogger,
  HostLogger,
  Logger,
  LogWarnErrorLogger,
  NestLikeLogger,
  NestLoggerOptions,
  PinoLikeLogger,
  PinoLikeMethod,
} from './api/logger.js';
export type {
  HistogramSample,
  MetricAggregation,
  MetricBucket,
  MetricFamily,
  MetricFamilyOf,
  MetricSample,
  Metrics,
  MetricsOptions,
  MetricType,
  MetricUnit,
} from './api/metrics.js';
export type { FeatureDescription, InputDescription, ModelDescription } from './api/model-description.js';
export type {
  BatchLimits,
  FraudScorerOptions,
  OutcomeLimits,
  UnknownFeatures,
} from './api/options.js';
export type { Outcome } from './api/outcome.js';
export type { Patch } from './api/patch.js';
export type { Decide, DecisionPolicy, DecisionScores, Fallback } from './api/policy.js';
export type { DeviceSummary, Provider, ProviderAttempt } from './api/provider.js';
export type {
  AnyFeatures,
  ColumnMapOf,
  ColumnsOptions,
  Explain,
  FeatureArray,
  FeatureColumns,
  FeatureMap,
  FeatureMapOf,
  FeatureValue,
  FeatureValues,
  ManyRequests,
  ManyRequestsFor,
  NamedFeatures,
  RequestFor,
  RequestOf,
  RequestSeen,
  ScoreOptions,
  ScoreRequest,
} from './api/request.js';
export type {
  ColumnScores,
  Decision,
  FallbackResult,
  ModelIdentity,
  ModelResult,
  Reason,
  RiskLevel,
  ScoreOutcome,
  ScoreResult,
  Timing,
} from './api/result.js';
export type { CloseOptions, CloseReport, Scorer } from './api/scorer.js';
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
} from './api/summary.js';
export type {
  CanarySummary,
  ComparisonSummary,
  RateDifference,
  ShadowDropReason,
  ShadowSummary,
} from './api/versions.js';
export type {
  DeployChoice,
  FoundVersion,
  ModelWatcher,
  WatchedDeployment,
  WatchedScorer,
  WatchModelsOptions,
  WatchProblem,
  WatchProblemType,
} from './api/watch.js';
export type { VersionedScorer } from './deployments/versioned-scorer.js';
export { watchModels } from './deployments/watch/watch-models.js';
export {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  type ErrorCode,
  type ErrorJson,
  FraudScorerError,
  type FraudScorerErrorBase,
  type FraudScorerErrorClass,
  InferenceError,
  InvalidOptionsError,
  InvalidRequestError,
  type Issue,
  type IssuesErrorBase,
  ModelIntegrityError,
  ModelInvalidError,
  OutOfResourcesError,
  ProviderUnavailableError,
  QueueFullError,
  RecordsNotDurableError,
  StartTimeoutError,
  UnavailableError,
  UnknownVersionError,
  WorkerLostError,
} from './errors.js';
export { FraudScorer } from './fraud-scorer.js';
export type { EventSource } from './host/event-source.js';
export type { EventName, Listener } from './host/events.js';
export { fieldsFirst, nestLogger, pinoLogger } from './host/host-logger.js';
export type { OutputForm } from './models/adopt/form-names.js';
export type { Calibration, IsotonicCalibration, PlattCalibration } from './protocol/output-forms.js';
export type { OptimizationLevel, OutputDifferences } from './protocol/tools.js';
export type { Adoption } from './tools/adopt/order.js';
export {
  type AdoptionReport,
  type AdoptModelOptions,
  adoptModel,
} from './tools/adopt-model.js';
export { type DynamicBatchingConfig, dynamicBatchingConfig } from './tools/dynamic-batching-config.js';
export {
  type OptimizationReport,
  type OptimizationTiming,
  type OptimizeModelOptions,
  optimizeModel,
} from './tools/optimize-model.js';
export { type ModelProfile, type ProfileEntry, type ProfileModelOptions, profileModel } from './tools/profile-model.js';
export {
  type MeasuredBatch,
  type RecommendBatchSizeOptions,
  recommendBatchSize,
} from './tools/recommend-batch-size.js';
