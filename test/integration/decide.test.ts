import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { type Decide, FraudScorer } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

function create(decide: Decide | undefined): Promise<FraudScorer> {
  return FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'], decide });
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

  it('must be a function', async () => {
    await expect(create(untyped('BLOCK'))).rejects.toMatchObject({ issues: [{ path: 'decide' }] });
  });
});
