import type { ErrorCode, FraudScorerError } from '../errors.js';
import type { Provider } from './provider.js';

/** The decision about a transaction. */
export type Decision = 'APPROVE' | 'REVIEW' | 'BLOCK';

/** The risk level, from the risk score: LOW ≤ mediumRisk < MEDIUM ≤ highRisk < HIGH. */
export type RiskLevel = 'LOW' | 'MEDIUM' | 'HIGH';

/** A feature that moved a score, and by how much. */
export interface Reason {
  /** The model's input that the feature belongs to. */
  input: string;
  /** The feature's name in the manifest, or its position, such as `user_features[3]`. */
  feature: string;
  /** The feature's description; absent if the manifest has none. */
  description?: string;
  /**
   * logit(x) − logit(x with this feature at its training mean, or at 0 if the manifest has no mean), where logit = ln(p / (1 − p)). p is
   * the probability, or the risk if only the risk caused the decision. p is kept within [1e-7, 1 − 1e-7].
   */
  contribution: number;
  direction: 'raises' | 'lowers';
}

/** The name and version of a model. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
}

/** How long each stage of a request took. */
export interface Timing {
  /** Milliseconds from `score()` until the request's batch was sent to a worker. */
  queueMs: number;
  /** Milliseconds that the worker took over the whole batch, copies included. */
  inferenceMs: number;
  /** Milliseconds from `score()` until the result was ready. */
  totalMs: number;
  /** Rows in the request's batch. */
  batchSize: number;
}

/** An answer of the model. */
export interface ModelResult {
  source: 'model';
  id?: string;
  decision: Decision;
  /** Who decided: the thresholds of the policy, or your function `decide`. */
  decidedBy: 'policy' | 'host';
  /** In [0, 1], float32. */
  fraudProbability: number;
  /** In [0, 1], float32. It is the fraud probability if the model has no risk score. */
  riskScore: number;
  riskLevel: RiskLevel;
  /** The model's attention weights for this request; absent if the model has none. */
  attention?: number[];
  /**
   * The features that moved the score most, at most 4, the strongest first. Absent if they were not requested, or could not be found in
   * time.
   */
  reasons?: Reason[];
  model: ModelIdentity;
  provider: Provider;
  timing: Timing;
}

/** An answer of the `fallback` option, made because the model could not answer. Its scores are null. */
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

/** The result of `score`. `source` tells the two kinds apart. */
export type ScoreResult = ModelResult | FallbackResult;

/** The result of one request in `scoreMany`, in the form of `Promise.allSettled`. */
export type ScoreOutcome =
  | { status: 'fulfilled'; value: ScoreResult }
  | { status: 'rejected'; reason: FraudScorerError };

/** The result of `scoreColumns`, with one value per row. JSON turns typed arrays into objects, so send `[...fraudProbability]`. */
export interface ColumnScores {
  /** In [0, 1]. */
  fraudProbability: Float32Array;
  /** In [0, 1]. It is the fraud probability if the model has no risk score. */
  riskScore: Float32Array;
  /** 0 APPROVE, 1 REVIEW, 2 BLOCK. */
  decision: Uint8Array;
  /** The model version that scored. */
  model: ModelIdentity;
}
