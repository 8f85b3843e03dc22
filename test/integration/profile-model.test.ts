import { describe, expect, it } from 'vitest';
import { profileModel, recommendBatchSize } from '../../src/index.js';
import { fixtureModel, goldenModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

describe('profileModel', () => {
  it('measures latency, throughput and memory at each batch size, and says why a provider was not measured', async () => {
    const profile = await profileModel(goldenModel, { batchSizes: [64, 1], runs: 20 });
    expect(profile.model).toEqual({ name: 'golden', version: '7' });
    expect(profile.unavailable).toEqual([{ provider: 'cuda', reason: expect.stringMatching(/.+/) }]);
    expect(profile.outOfMemory).toEqual([]);
    expect(profile.entries.map(({ provider, batchSize }) => [provider, batchSize])).toEqual([
      ['cpu', 1],
      ['cpu', 64],
    ]);
    for (const { batchSize, latencyMs, rowsPerSecond, memoryGb, memoryTotalGb } of profile.entries) {
      expect(latencyMs.p50).toBeGreaterThan(0);
      expect(latencyMs.p99).toBeGreaterThanOrEqual(latencyMs.p50);
      expect(rowsPerSecond).toBeCloseTo((batchSize * 1000) / latencyMs.mean, 3);
      expect(memoryGb).toBeGreaterThan(0);
      expect(memoryTotalGb).toBeGreaterThan(memoryGb);
    }
    expect([1, 64]).toContain(recommendBatchSize(profile));
  });

  it('refuses bad options, and a model that is not as it should be', async () => {
    await expect(profileModel(goldenModel, untyped({ runs: 0 }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
    });
    await expect(profileModel(fixtureModel('disagreeing'), { providers: ['cpu'] })).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
    });
  });
});
