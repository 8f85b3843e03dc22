import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { type Decide, FraudScorer, type FraudScorerOptions } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

function create(decide: Decide | undefined, options: FraudScorerOptions = {}): Promise<FraudScorer> {
  return FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'], decide, ...options });
}

// Its normalised values are 0, so that the probability is 0.5: REVIEW by the manifest's policy.
const features = { left: [0, 0, 0], right: [1, -1] };

describe('the option decide', () => {
  it('decides in place of the policy for score and scoreMany, in the context of the caller', async () => {
    const store = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await using scorer = await create((scores, request) => {
      seen.push([store.getStore(), scores.decision, scores.fraudProbability, request.amount]);
      return (request.amount ?? 0) > 1_000 ? 'BLOCK' : undefined;
    });
    // Nothing was asked while the host's code was rehearsed.
    expect(seen).toEqual([]);
    const large = await store.run('a', () => scorer.score({ features, amount: 5_000 }));
    expect(large).toMatchObject({ decision: 'BLOCK', decidedBy: 'host', fraudProbability: 0.5 });
    const outcomes = await store.run('b', () => scorer.scoreMany([{ features, amount: 2_000 }, { features }]));
    expect(outcomes).toMatchObject([
      { value: { decision: 'BLOCK', decidedBy: 'host' } },
      { value: { decision: 'REVIEW', decidedBy: 'policy' } },
    ]);
    expect(seen).toEqual([
      ['a', 'REVIEW', 0.5, 5_000],
      ['b', 'REVIEW', 0.5, 2_000],
      ['b', 'REVIEW', 0.5, undefined],
    ]);
    expect(scorer.summary().business).toMatchObject({ blocked: 2, reviewed: 1 });
  });

  it('is not asked for columns, and results tell that the policy decides where there is none', async () => {
    await using asked = await create(() => 'BLOCK');
    const columns = { left: new Float32Array(3), right: Float32Array.of(1, -1) };
    expect([...(await asked.scoreColumns(columns, 1)).decision]).toEqual([1]);
    await using scorer = await create(undefined);
    expect(await scorer.score({ features })).toMatchObject({ decision: 'REVIEW', decidedBy: 'policy' });
  });

  it('gets reasons where the host blocks', async () => {
    await using scorer = await create(() => 'BLOCK');
    const result = await scorer.score({ features: { ...features, left: [1, 0, 0] } }, { explain: 'block' });
    expect(result).toMatchObject({ decision: 'BLOCK', reasons: [{ feature: 'a', direction: 'raises' }] });
  });

  it('may abort its own request, look at the summary and score again', async () => {
    const control = new AbortController();
    const counted: number[] = [];
    let again: Promise<unknown> | null = null;
    await using scorer = await create((_, { id }) => {
      counted.push(scorer.summary().requests.succeeded);
      if (id === 'aborts') control.abort();
      if (id === 'again') again = scorer.score({ id: 'inner', features });
      return 'BLOCK';
    });
    const outcomes = await Promise.allSettled([
      scorer.score({ id: 'first', features }),
      scorer.score({ id: 'aborts', features }, { signal: control.signal }),
      scorer.score({ id: 'again', features }),
    ]);
    expect(outcomes).toMatchObject([
      { value: { decidedBy: 'host' } },
      { reason: { code: 'ERR_ABORTED' } },
      { value: { id: 'again', decision: 'BLOCK' } },
    ]);
    expect(await again).toMatchObject({ id: 'inner', decision: 'BLOCK' });
    expect(counted).toEqual([0, 1, 1, 2]);
    expect(scorer.summary().requests).toMatchObject({ succeeded: 3, cancelled: 1 });
  });

  it('is logged once with its kind where it gives no decision', async () => {
    const errors: string[] = [];
    const nothing = (): void => {};
    const logger = { info: nothing, warn: nothing, error: (message: string) => errors.push(message) };
    class RuleError extends Error {}
    const decide = (_: unknown, { amount }: { amount?: number | undefined }): unknown => {
      if (amount === 3) throw new RuleError('of the amount 3');
      if (amount === 1) return Promise.reject(new Error('late'));
      return amount === 0 ? null : 7;
    };
    await using scorer = await create(untyped(decide), { logger });
    for (const amount of [0, 0, 1, 1, 2, 2, 3, 3]) {
      expect(await scorer.score({ features, amount })).toMatchObject({ decidedBy: 'policy' });
    }
    const expected = 'expected APPROVE, REVIEW, BLOCK or undefined';
    expect(errors).toEqual(
      [
        `returned null, ${expected}`,
        `returned a promise; it must be synchronous, ${expected}`,
        `returned a number, ${expected}`,
        'threw: RuleError',
      ].map((what) => `The policy decided in place of the host: the function decide ${what}`),
    );
  });

  it.each<[string, unknown]>([
    ['an async function', async () => 'BLOCK'],
    ['a bound async function', (async () => 'BLOCK').bind(null)],
  ])('is refused at the start where it is %s', async (_, decide) => {
    await expect(create(untyped(decide))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      issues: [{ path: 'decide', received: 'an async function' }],
    });
  });

  it('must be a function', async () => {
    await expect(create(untyped('BLOCK'))).rejects.toMatchObject({ issues: [{ path: 'decide' }] });
  });
});
