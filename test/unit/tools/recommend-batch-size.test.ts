import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dynamicBatchingConfig, type ProfileEntry, recommendBatchSize } from '../../../src/index.js';
import { untyped } from '../../support/untyped.js';

function entry(batchSize: number, meanMs: number, memoryGb = 1): ProfileEntry {
  return {
    provider: 'cpu',
    sessions: 1,
    batchSize,
    latencyMs: { mean: meanMs, p50: meanMs, p99: meanMs * 2 },
    rowsPerSecond: (batchSize * 1000) / meanMs,
    memoryGb,
    memoryTotalGb: 10,
  };
}

const entries = [entry(1, 1), entry(8, 2), entry(64, 10), entry(256, 50, 9)];

describe('recommendBatchSize', () => {
  it('recommends 8 for an empty profile', () => {
    expect(recommendBatchSize([])).toBe(8);
    expect(
      recommendBatchSize({ model: { name: 'm', version: '1' }, entries: [], unavailable: [], outOfMemory: [] }),
    ).toBe(8);
  });

  it('takes the most rows a second, or the shortest run', () => {
    expect(recommendBatchSize(entries)).toBe(64);
    expect(recommendBatchSize(entries, { target: 'latency' })).toBe(1);
  });

  it('stays within the latency budget and the share of memory', () => {
    expect(recommendBatchSize(entries, { latencyBudgetMs: 10 })).toBe(8);
    expect(recommendBatchSize([...entries, entry(512, 60, 9)], { memoryShare: 0.95 })).toBe(512);
    expect(recommendBatchSize([...entries, entry(512, 60, 9)])).toBe(64);
  });

  it('comes as near as it can where nothing is within them', () => {
    expect(recommendBatchSize(entries, { latencyBudgetMs: 0.1 })).toBe(1);
    expect(recommendBatchSize([entry(4, 1, 9.5), entry(8, 1, 9.9)])).toBe(4);
  });

  it('leaves memory out of it where nobody knows how much there is', () => {
    for (const memoryTotalGb of [0, Number.NaN]) {
      const untold = [entry(4, 4, 0), entry(64, 10, 9)].map((one) => ({ ...one, memoryTotalGb }));
      expect(recommendBatchSize(untold)).toBe(64);
    }
  });

  it('refuses what it does not know', () => {
    expect(() => recommendBatchSize([], untyped({ target: 'speed' }))).toThrowError(
      /target: expected one of "throughput", "latency"/,
    );
  });
});

describe('dynamicBatchingConfig', () => {
  it('has the powers of two up to min(32, n), and n, and a tenth of the target but at most half a millisecond', () => {
    expect(dynamicBatchingConfig(8, { targetLatencyMs: 3 })).toEqual({
      maxBatchSize: 8,
      preferredBatchSizes: [1, 2, 4, 8],
      maxQueueDelayMs: expect.closeTo(0.3, 9),
    });
    expect(dynamicBatchingConfig(48)).toEqual({
      maxBatchSize: 48,
      preferredBatchSizes: [1, 2, 4, 8, 16, 32, 48],
      maxQueueDelayMs: 0.5,
    });
    expect(dynamicBatchingConfig(3).preferredBatchSizes).toEqual([1, 2, 3]);
  });

  it('always ends in the batch size, rising, each once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), (batchSize) => {
        const { preferredBatchSizes } = dynamicBatchingConfig(batchSize);
        expect(preferredBatchSizes.at(-1)).toBe(batchSize);
        expect([...new Set(preferredBatchSizes)].sort((a, b) => a - b)).toEqual(preferredBatchSizes);
      }),
    );
  });

  it('refuses a batch size that is none', () => {
    expect(() => dynamicBatchingConfig(0)).toThrowError(/batchSize: expected an integer of at least 1/);
    expect(() => dynamicBatchingConfig(1.5, { targetLatencyMs: -1 })).toThrowError(/targetLatencyMs.*batchSize/);
  });
});
