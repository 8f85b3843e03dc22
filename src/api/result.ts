import type { ErrorCode, FraudScorerError } from '../errors.js';
import type { Provider } from './provider.js';

/** What a scorer decides for a transaction. */
export type Decision = 'APPROVE' | 'REVIEW' | 'BLOCK';

/** How risky a transaction is, from its risk score: LOW ≤ mediumRisk < MEDIUM ≤ highRisk < HIGH. */
export type RiskLevel = 'LOW' | 'MEDIUM' | 'HIGH';

/** A feature that moved a score. */
export interface Reason {
  /** The model's input it belongs to. */
  input: string;
  /** Its name in the manifest, or its place such as `user_features[3]`. */
  feature: string;
  /** What it is, where the manifest says. */
  description?: string;
  /**
   * logit(x) − logit(x with this feature at its training mean, or 0 where the manifest has none), where logit = ln(p / (1 − p))
   * of the probability, or of the risk where risk alone decided, with p kept within [1e-7, 1 − 1e-7].
   */
  contribution: number;
  direction: 'raises' | 'lowers';
}

/** Which model made a score. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
}

/** Where one request's time went. */
export interface Timing {
  /** Milliseconds from `score()` until the request's batch was sent to a worker. */
  queueMs: number;
  /** Milliseconds the worker took over the whole batch, copies included. */
  inferenceMs: number;
  /** Milliseconds from `score()` until the result was ready. */
  totalMs: number;
  /** How many requests shared the batch. */
  batchSize: number;
}

/** A decision of the model. */
export interface ModelResult {
  source: 'model';
  id?: string;
  decision: Decision;
  /** The thresholds of the policy, or the host's function `decide`. */
  decidedBy: 'policy' | 'host';
  /** In [0, 1], float32. */
  fraudProbability: number;
  /** In [0, 1], float32; the fraud probability where the model has no risk score of its own. */
  riskScore: number;
  riskLevel: RiskLevel;
  /** The model's attention weights for this request, where it gives them. */
  attention?: number[];
  /** The features that moved the score most, at most 4, the strongest first; where they were asked for and could be found in time. */
  reasons?: Reason[];
  model: ModelIdentity;
  provider: Provider;
  timing: Timing;
}

/** A decision of the `fallback` option, made because the model could not answer. A score that was not made is null. */
export interface FallbackResult {
  source: 'fallback';
  id?: string;
  decision: Decision;
  /** Why the model did not answer. */
  error: ErrorCode;
  timing: { totalMs: number };
  fraudProbability: null;
  riskScore: null;
  riskLevel: null;
}

/** What `score` resolves with; `source` tells the two kinds apart. */
export type ScoreResult = ModelResult | FallbackResult;

/** One request's outcome in `scoreMany`, in the shape of `Promise.allSettled`. */
export type ScoreOutcome =
  | { status: 'fulfilled'; value: ScoreResult }
  | { status: 'rejected'; reason: FraudScorerError };

/** What `scoreColumns` gives, a value a row. JSON makes objects of typed arrays: send `[...fraudProbability]`. */
export interface ColumnScores {
  /** In [0, 1]. */
  fraudProbability: Float32Array;
  /** In [0, 1]; the fraud probability where the model has no risk score of its own. */
  riskScore: Float32Array;
  /** 0 APPROVE, 1 REVIEW, 2 BLOCK. */
  decision: Uint8Array;
  /** Who scored. */
  model: ModelIdentity;
}
