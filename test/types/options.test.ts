import { describe, expectTypeOf, it } from 'vitest';
import type { FeatureBuilderOptions, GeneratorOptions, Transaction } from '../../models/visa-fraud/reference.js';
import type {
  AlertThresholds,
  BatchLimits,
  CloseOptions,
  ColumnsOptions,
  DecisionPolicy,
  dynamicBatchingConfig,
  FraudScorer,
  FraudScorerOptions,
  ModelResult,
  OptimizeModelOptions,
  Outcome,
  OutcomeLimits,
  Patch,
  ProfileModelOptions,
  RecommendBatchSizeOptions,
  ScoreOptions,
  ScoreRequest,
} from '../../src/index.js';

/** The fields that may be left out and refuse undefined: with exactOptionalPropertyTypes that is each `field?: T` without `| undefined`. */
type Strict<T> = { [Name in keyof T]-?: object extends Pick<T, Name> ? RefusesUndefined<T, Name> : never }[keyof T];
type RefusesUndefined<T, Name extends keyof T> = { [Key in Name]: undefined } extends Pick<T, Name> ? never : Name;

declare const scorer: FraudScorer;

// What is claimed here is checked by the type checker (`npm run typecheck`): the functions are never called.
describe('the types of options', () => {
  it('take undefined for each field that may be left out', () => {
    // A type that has one shows that the others would be found.
    expectTypeOf<Strict<{ given: string; strict?: string; lax?: string | undefined }>>().toEqualTypeOf<'strict'>();
    expectTypeOf<Strict<ScoreRequest>>().toBeNever();
    expectTypeOf<Strict<ScoreOptions>>().toBeNever();
    expectTypeOf<Strict<ColumnsOptions>>().toBeNever();
    expectTypeOf<Strict<CloseOptions>>().toBeNever();
    expectTypeOf<Strict<Outcome>>().toBeNever();
    expectTypeOf<Strict<FraudScorerOptions>>().toBeNever();
    expectTypeOf<Strict<Exclude<NonNullable<FraudScorerOptions['batching']>, 'auto'>>>().toBeNever();
    expectTypeOf<Strict<NonNullable<FraudScorerOptions['policy']>>>().toBeNever();
    expectTypeOf<Strict<NonNullable<FraudScorerOptions['outcomes']>>>().toBeNever();
    expectTypeOf<Strict<NonNullable<FraudScorerOptions['alerts']>>>().toBeNever();
    expectTypeOf<Strict<NonNullable<FraudScorerOptions['resourceLimits']>>>().toBeNever();
    expectTypeOf<Strict<Parameters<FraudScorer['setPolicy']>[0]>>().toBeNever();
    expectTypeOf<Strict<OptimizeModelOptions>>().toBeNever();
    expectTypeOf<Strict<ProfileModelOptions>>().toBeNever();
    expectTypeOf<Strict<RecommendBatchSizeOptions>>().toBeNever();
    expectTypeOf<Strict<NonNullable<Parameters<typeof dynamicBatchingConfig>[1]>>>().toBeNever();
    expectTypeOf<Strict<GeneratorOptions>>().toBeNever();
    expectTypeOf<Strict<FeatureBuilderOptions>>().toBeNever();
    expectTypeOf<Strict<Transaction>>().toBeNever();
  });

  it('have decide as a synchronous function that may leave the decision to the policy', () => {
    const options: FraudScorerOptions[] = [
      {
        decide: ({ fraudProbability, decision }, { amount = 0 }) =>
          amount * fraudProbability > 500 ? 'REVIEW' : decision,
      },
      { decide: () => undefined },
      // @ts-expect-error It must be synchronous.
      { decide: async () => 'BLOCK' },
      // @ts-expect-error There is no such decision.
      { decide: () => 'DENY' },
    ];
    expectTypeOf(options).toBeArray();
    expectTypeOf<ModelResult['decidedBy']>().toEqualTypeOf<'policy' | 'host'>();
  });

  it('take what Partial gives, and refuse names and values that there are not', () => {
    expectTypeOf<Partial<DecisionPolicy>>().toExtend<Patch<DecisionPolicy>>();
    expectTypeOf<Partial<BatchLimits>>().toExtend<NonNullable<FraudScorerOptions['batching']>>();
    expectTypeOf<Partial<OutcomeLimits>>().toExtend<NonNullable<FraudScorerOptions['outcomes']>>();
    expectTypeOf<Partial<AlertThresholds>>().toExtend<NonNullable<FraudScorerOptions['alerts']>>();
    const calls = () => [
      scorer.setPolicy({ blockRisk: undefined, reviewRisk: 0.4 }),
      // @ts-expect-error There is no such threshold.
      scorer.setPolicy({ blockRsk: 0.4 }),
      // @ts-expect-error A string.
      scorer.setPolicy({ blockRisk: '0.4' }),
      // @ts-expect-error Null is not undefined.
      scorer.close({ timeoutMs: null }),
    ];
    expectTypeOf(calls).toBeFunction();
  });
});
