import { describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { goldenCases } from '../support/golden.js';
import { fixtureModel, goldenModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

describe("batching: 'auto'", () => {
  it('profiles the model at the start, and uses and reports what it finds', async () => {
    const lines: unknown[] = [];
    const logger = { info: (_: string, fields?: object) => lines.push(fields), warn: () => {}, error: () => {} };
    const scorer = await FraudScorer.create({ model: goldenModel, workers: 1, batching: 'auto', logger });
    const { batching } = scorer.summary();
    expect([16, 64, 128, 256, 512, 1_024]).toContain(batching.maxBatchSize);
    expect(batching).toMatchObject({ maxQueueDelayMs: 0, targetLatencyMs: 10 });
    expect(lines[0]).toMatchObject({ batching: { maxBatchSize: batching.maxBatchSize } });
    const outcomes = await scorer.scoreMany(goldenCases().map(({ features }) => ({ features })));
    expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true);
    await scorer.close();
  });

  it('leaves it to the workers to say that no provider works', async () => {
    const options = { model: goldenModel, providers: ['cuda'], batching: 'auto' } as const;
    await expect(FraudScorer.create(options)).rejects.toMatchObject({ code: 'ERR_PROVIDER_UNAVAILABLE' });
  });

  it('is refused for a model that cannot be run, and where it is another word', async () => {
    const broken = { model: fixtureModel('disagreeing'), batching: 'auto' } as const;
    await expect(FraudScorer.create(broken)).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
    const other = FraudScorer.create({ batching: untyped<'auto'>('fast') });
    await expect(other).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
  });
});
