import { Buffer } from 'node:buffer';
import { decidingScore, reasonsOf } from '../../answering/reasons.js';
import type { DecisionPolicy } from '../../api/policy.js';
import type { RecordedDecision, RecordedReason } from '../../api/records.js';
import type { Reason } from '../../api/result.js';
import { featureNames } from '../../protocol/feature-names.js';
import { writeFeatures } from '../replay/feature-bytes.js';
import { isExcuse, type LoadedModel, type ModelsOfVersions } from '../replay/loaded-model.js';
import { partOfRecord } from '../replay/read-parts.js';
import { RecordedVersions } from '../replay/recorded-version.js';
import { roundedPolicy } from '../replay/verdict.js';
import type { ToolWorker } from '../tool-worker.js';

/** A threshold that a score was above. */
export interface CrossedThreshold {
  threshold: keyof DecisionPolicy;
  score: 'fraudProbability' | 'riskScore';
  value: number;
}

/** Why a recorded decision was taken. */
export interface DecisionExplanation {
  /** The record, without its features. */
  decision: Omit<RecordedDecision, 'features'>;
  /** The score that the reasons are of: the one that decided; null where no model gave one. */
  score: 'fraudProbability' | 'riskScore' | null;
  crossed: CrossedThreshold[];
  /** The features that moved the score most; null where they can't be told. */
  reasons: RecordedReason[] | null;
  /** Whether they stand in the record, or were computed now from its features. */
  reasonsFrom: 'record' | 'computed' | null;
  /** Why there are none. */
  why: string | null;
}

export interface ExplainParts {
  /** null where no models were given. */
  models: ModelsOfVersions | null;
  /** Called once it is needed. */
  worker: () => ToolWorker;
}

/** Explains a decision from its record. @throws {FraudScorerError} where the model can't be run. */
export async function explainDecision(record: RecordedDecision, parts: ExplainParts): Promise<DecisionExplanation> {
  const { features: _, ...decision } = record;
  const scores = scoresOf(record);
  const policy = roundedPolicy(thresholds(record));
  const of = scores === null ? null : decidingScore(scores, policy);
  const explanation: DecisionExplanation = {
    decision,
    score: of === null ? null : of === 'risk' ? 'riskScore' : 'fraudProbability',
    crossed: scores === null ? [] : crossedBy(scores, policy),
    ...{ reasons: null, reasonsFrom: null, why: null },
  };
  if (record.reasons !== undefined) return { ...explanation, reasons: record.reasons, reasonsFrom: 'record' };
  if (of === null) {
    const error = record.fallback?.error;
    const cause = error === undefined ? '' : ` (${error})`;
    return { ...explanation, why: `the fallback decided${cause}: no model gave a score` };
  }
  const computed = await computeReasons(record, of, parts);
  if (typeof computed === 'string') return { ...explanation, why: computed };
  return { ...explanation, reasons: computed, reasonsFrom: 'computed' };
}

/** @returns why they can't be, where they can't. */
async function computeReasons(
  record: RecordedDecision,
  of: 'probability' | 'risk',
  { models, worker }: ExplainParts,
): Promise<Reason[] | string> {
  const { version, rows } = partOfRecord(record, new RecordedVersions());
  const [row] = rows;
  if (row === undefined || row.features === null) return 'the record has neither reasons nor features';
  if (row.isMasked) return 'the record has no reasons, and its features are masked';
  if (models === null) return 'the record has no reasons: give the model directory (--models) to compute them';
  const model = await models.of(version);
  if (isExcuse(model)) return model.why;
  const bytes = Buffer.from(new ArrayBuffer(4 * model.layout.stride));
  if (!writeFeatures(bytes, row.features, model.layout, model.texts)) {
    return 'the features of the record are not those of the inputs in model.json';
  }
  return reasonsFor(model, bytes, of, worker());
}

async function reasonsFor(
  model: LoadedModel,
  bytes: Buffer,
  of: 'probability' | 'risk',
  worker: ToolWorker,
): Promise<Reason[]> {
  const features = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const contributions = await worker.run({ kind: 'explain-row', model: model.kept, features, of });
  return reasonsOf(contributions, featureNames(model.directory.manifest.inputs));
}

interface Scores {
  fraudProbability: number;
  riskScore: number;
}

function scoresOf({ fraudProbability, riskScore }: RecordedDecision): Scores | null {
  return fraudProbability === null || riskScore === null ? null : { fraudProbability, riskScore };
}

const ofScores = [
  ['blockProbability', 'fraudProbability'],
  ['reviewProbability', 'fraudProbability'],
  ['blockRisk', 'riskScore'],
  ['reviewRisk', 'riskScore'],
  ['highRisk', 'riskScore'],
  ['mediumRisk', 'riskScore'],
] as const;

function crossedBy(scores: Scores, policy: DecisionPolicy): CrossedThreshold[] {
  return ofScores.flatMap(([threshold, score]) => {
    const value = policy[threshold];
    return scores[score] > value ? [{ threshold, score, value }] : [];
  });
}

function thresholds({ policy }: RecordedDecision): DecisionPolicy {
  const { hash: _, ...rest } = policy;
  return rest;
}
