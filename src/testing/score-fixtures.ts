import type { FeatureValue, ScoreRequest } from '../api/request.js';
import type { FallbackResult, ModelResult } from '../api/result.js';
import type { Manifest, ManifestInput } from '../models/manifest.js';
import type { FixtureOptions } from './fixture-options.js';
import { fallbackResult as fallbackOf, modelResult } from './results.js';
import { identityOf, manifestOf, policyOf } from './test-model.js';

/** Features as `scoreRequest` makes them: the values of each input, by the place or by the name. */
export type FixtureFeatures = Record<string, FeatureValue[] | Record<string, FeatureValue>>;

/** Options of `scoreRequest`. */
export interface RequestFixtureOptions extends FixtureOptions {
  /** Whether features are given by their names, where the model's inputs name them. @default false: as arrays */
  byName?: boolean | undefined;
}

/**
 * A result as a real scorer gives it. What is left out is made to fit: scores to the decision, or the decision to the scores, by the model's thresholds.
 * Each call makes another object.
 *
 * @throws {ModelInvalidError} where `options.model` can't be read. @throws {InvalidOptionsError} where it is none.
 */
export function scoreResult(fields: Partial<ModelResult> = {}, { model }: FixtureOptions = {}): ModelResult {
  const manifest = manifestOf(model);
  const timing = { queueMs: 0.1, inferenceMs: 0.4, totalMs: 0.6, batchSize: 1 };
  const basis = { manifest, model: identityOf(manifest), policy: policyOf(manifest, {}), explain: false };
  const { decision, fraudProbability, riskScore } = fields;
  return { ...modelResult({ decision, fraudProbability, riskScore }, basis, 'tx-1', timing), ...fields };
}

/** The result of a fallback: by default a REVIEW in place of a request whose deadline was over. */
export function fallbackResult(fields: Partial<FallbackResult> = {}): FallbackResult {
  return { ...fallbackOf('REVIEW', 'ERR_DEADLINE_EXCEEDED', 'tx-1', 1_000), ...fields };
}

/**
 * A request that the model takes: each feature at its mean in training, or at 0, or its first category. Each call makes another object.
 *
 * @throws {ModelInvalidError} where `options.model` can't be read. @throws {InvalidOptionsError} where it is none.
 */
export function scoreRequest(
  fields: Partial<ScoreRequest<FixtureFeatures>> = {},
  { model, byName = false }: RequestFixtureOptions = {},
): ScoreRequest<FixtureFeatures> {
  return { id: 'tx-1', amount: 25, features: featuresOf(manifestOf(model), byName), ...fields };
}

function featuresOf({ inputs }: Manifest, byName: boolean): FixtureFeatures {
  return Object.fromEntries(
    inputs.map((input) => {
      const values = Array.from({ length: input.size }, (_, column) => plainValue(input, column));
      const names = byName ? input.features : undefined;
      if (names === undefined) return [input.name, values];
      return [input.name, Object.fromEntries(names.map((name, column) => [name, values[column]]))];
    }),
  );
}

function plainValue({ mean, categories }: ManifestInput, column: number): FeatureValue {
  return categories?.[column]?.[0] ?? mean?.[column] ?? 0;
}
