export type { CloseOptions, Scorer } from './api/scorer.js';
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
  StartTimeoutError,
  WorkerLostError,
} from './errors.js';
export type { EventName, Listener } from './events.js';
export { FraudScorer } from './fraud-scorer.js';
export { fieldsFirst } from './host-logger.js';
export type { AlertThresholds } from './monitoring/alert-rules.js';
export type { OutcomeLimits } from './monitoring/outcomes.js';
export type { FraudScorerOptions } from './options.js';
export type { OptimizationLevel, OutputDifferences } from './pool/tool-protocol.js';
export type { BatchLimits } from './scheduling/batch-policy.js';
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
export type {
  Alert,
  AlertRule,
  BatchingSummary,
  BusinessSummary,
  CloseReport,
  ColumnScores,
  ColumnsOptions,
  Decision,
  DecisionPolicy,
  DecisionRecord,
  DeploymentSummary,
  DeviceSummary,
  Explain,
  ExplanationsSummary,
  Fallback,
  FallbackResult,
  FeatureColumns,
  FeatureMap,
  FeatureMapOf,
  FeatureValues,
  FieldsFirstLogger,
  FraudScorerEvents,
  Health,
  HostLogger,
  LatencySummary,
  Logger,
  LogWarnErrorLogger,
  ManyRequests,
  ModelIdentity,
  ModelResult,
  Outcome,
  Patch,
  PerformanceSummary,
  PinoLikeLogger,
  PinoLikeMethod,
  Provider,
  ProviderAttempt,
  QueueSummary,
  Reason,
  RequestCounts,
  RequestOf,
  RiskLevel,
  ScoreOptions,
  ScoreOutcome,
  ScoreRequest,
  ScoreResult,
  Summary,
  Timing,
  WorkerLostEvent,
  WorkersSummary,
} from './types.js';
