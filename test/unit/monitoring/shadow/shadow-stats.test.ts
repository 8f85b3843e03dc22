import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../../src/api/result.js';
import { ShadowStats } from '../../../../src/monitoring/shadow/shadow-stats.js';

type Pair = [primary: Decision, primaryScore: number, shadow: Decision, shadowScore: number];

const decision = fc.constantFrom<Decision>('APPROVE', 'REVIEW', 'BLOCK');
const score = fc.oneof(
  fc.float({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: -7, max: 0, noNaN: true }).map((power) => 10 ** power),
  fc.constantFrom(0, 0.5, 1, Math.fround(0.999999)),
);
const pairs = fc.array(fc.tuple(decision, score, decision, score), { minLength: 1, maxLength: 300 });

function filled(recorded: readonly Pair[]): ShadowStats {
  const stats = new ShadowStats();
  for (const pair of recorded) stats.recordPair(...pair);
  return stats;
}

describe('the statistics of a shadow', () => {
  it('count every pair of decisions as a count made directly does, equal decisions too', () => {
    fc.assert(
      fc.property(pairs, (recorded) => {
        const direct = { APPROVE: {}, REVIEW: {}, BLOCK: {} } as Record<Decision, Record<Decision, number>>;
        for (const primary of ['APPROVE', 'REVIEW', 'BLOCK'] as const) {
          for (const shadow of ['APPROVE', 'REVIEW', 'BLOCK'] as const) {
            direct[primary][shadow] = recorded.filter(([a, , b]) => a === primary && b === shadow).length;
          }
        }
        expect(filled(recorded).snapshot().flips).toEqual(direct);
      }),
    );
  });

  it('give the mean of the signed differences, and the 95th percentile of the absolute ones within 1 % or a millionth', () => {
    fc.assert(
      fc.property(pairs, (recorded) => {
        const differences = recorded.map(([, primary, , shadow]) => shadow - primary);
        const { mean, p95 } = filled(recorded).snapshot().scoreDifference;
        expect(mean).toBeCloseTo(differences.reduce((sum, value) => sum + value, 0) / differences.length, 9);
        const sorted = differences.map(Math.abs).sort((a, b) => a - b);
        const exact = sorted[Math.ceil(0.95 * sorted.length - 1e-9) - 1] ?? Number.NaN;
        expect(Math.abs((p95 ?? Number.NaN) - exact)).toBeLessThanOrEqual(Math.max(exact * 0.01, 1.001e-6));
        expect(p95).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('tell a shadow that scores higher from one that scores lower by the sign of the mean', () => {
    expect(filled([['APPROVE', 0.25, 'BLOCK', 0.75]]).snapshot().scoreDifference.mean).toBe(0.5);
    expect(filled([['BLOCK', 0.75, 'APPROVE', 0.25]]).snapshot().scoreDifference.mean).toBe(-0.5);
  });

  it('have null for each statistic without a sample, and zero for each count', () => {
    const none = { APPROVE: 0, REVIEW: 0, BLOCK: 0 };
    expect(new ShadowStats().snapshot()).toEqual({
      copied: 0,
      dropped: { queueFull: 0, pressure: 0, notReadable: 0, failed: 0, late: 0, unpaired: 0, retired: 0 },
      flips: { APPROVE: none, REVIEW: none, BLOCK: none },
      scoreDifference: { mean: null, p95: null },
      psi: null,
      latencyMs: { mean: null, p50: null, p95: null, p99: null, p999: null, max: null },
    });
  });

  it('count what was copied, and what was dropped by its reason', () => {
    const stats = new ShadowStats();
    stats.recordCopied();
    stats.recordCopied();
    for (const reason of ['queueFull', 'pressure', 'pressure', 'notReadable', 'failed', 'late', 'unpaired'] as const) {
      stats.recordDropped(reason);
    }
    expect(stats.snapshot()).toMatchObject({
      copied: 2,
      dropped: { queueFull: 1, pressure: 2, notReadable: 1, failed: 1, late: 1, unpaired: 1, retired: 0 },
    });
  });

  it.each([Number.NaN, -0.01, 1.01, Number.POSITIVE_INFINITY])(
    'count a score of %d as failed, and do not compare it',
    (score) => {
      const stats = filled([['APPROVE', 0.1, 'APPROVE', 0.1]]);
      const before = stats.snapshot();
      stats.recordPair('APPROVE', 0.5, 'BLOCK', score);
      expect(stats.snapshot()).toEqual({ ...before, dropped: { ...before.dropped, failed: 1 } });
    },
  );

  it('give latencies as all others are given', () => {
    const stats = new ShadowStats();
    for (const ms of [1, 2, 3]) stats.recordLatency(ms);
    expect(stats.snapshot().latencyMs).toMatchObject({ mean: 2, p50: expect.closeTo(2, 1), max: 3 });
  });

  it('keep a snapshot as it was when more is recorded', () => {
    const stats = filled([['APPROVE', 0.1, 'APPROVE', 0.2]]);
    const snapshot = stats.snapshot();
    const copy = structuredClone(snapshot);
    stats.recordPair('BLOCK', 0.9, 'APPROVE', 0.2);
    stats.recordDropped('late');
    expect(snapshot).toEqual(copy);
  });
});
