import { describe, expectTypeOf, it } from 'vitest';
import type { DashboardScorer } from '../../src/dashboard/source.js';
import type { FraudScorer, FraudScorerError, QueueFullError, ScoreResult, Scorer } from '../../src/index.js';
import type { MetricsScorer } from '../../src/integrations/prometheus/types.js';
import {
  type FakeScorer,
  type FakeScorerOptions,
  fakeScorer,
  fraudScorerError,
  scoreRequest,
} from '../../src/testing/index.js';

interface Features {
  amount: number;
  country: string;
}

const scorer = fakeScorer();
const typed = fakeScorer<Features>();

/** What a fake has to have of a `FraudScorer`, by the same types. */
type Shared =
  | 'score'
  | 'scoreMany'
  | 'recordOutcome'
  | 'setPolicy'
  | 'summary'
  | 'metrics'
  | 'alerts'
  | 'deployments'
  | 'health'
  | 'close';

describe('the type of a fake scorer', () => {
  it('is a Scorer, of any features or of those it is for', () => {
    expectTypeOf(scorer).toExtend<Scorer>();
    expectTypeOf(typed).toExtend<Scorer<Features>>();
    // @ts-expect-error a feature is missing
    expectTypeOf(typed.score({ features: { amount: 1 } })).toEqualTypeOf<Promise<ScoreResult>>();
  });

  it('has the methods of a FraudScorer, with their types', () => {
    expectTypeOf<FakeScorer>().toExtend<Pick<FraudScorer, Shared>>();
    expectTypeOf<FakeScorer<Features>>().toExtend<Pick<FraudScorer<Features>, Shared>>();
  });

  it('fits what the integrations take', () => {
    expectTypeOf(scorer).toExtend<DashboardScorer>();
    expectTypeOf(scorer).toExtend<MetricsScorer>();
  });

  it('takes requests that the fixtures make', () => {
    expectTypeOf(scorer.score(scoreRequest())).toEqualTypeOf<Promise<ScoreResult>>();
  });
});

describe('the types of what a script may say', () => {
  it('are decisions, codes, errors and details', () => {
    expectTypeOf<['BLOCK', 'ERR_QUEUE_FULL', FraudScorerError, { decision: 'REVIEW'; latencyMs: 5 }]>().toExtend<
      NonNullable<FakeScorerOptions['answers']>
    >();
    expectTypeOf<() => Promise<'BLOCK' | undefined>>().toExtend<NonNullable<FakeScorerOptions['decide']>>();
    // @ts-expect-error no decision
    const options: FakeScorerOptions = { answers: ['approve'] };
    expectTypeOf(options).toEqualTypeOf<FakeScorerOptions>();
  });

  it('know the class of an error by its code', () => {
    expectTypeOf(fraudScorerError('ERR_QUEUE_FULL')).toEqualTypeOf<QueueFullError>();
  });
});
