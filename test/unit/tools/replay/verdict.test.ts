import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, riskLevel } from '../../../../src/answering/policy.js';
import type { RecordedRow } from '../../../../src/tools/replay/batch.js';
import type { RowOutputs } from '../../../../src/tools/replay/batch-queue.js';
import { verdictOf } from '../../../../src/tools/replay/verdict.js';

const policy = {
  ...{ reviewProbability: 0.5, blockProbability: 0.75, reviewRisk: 0.5, blockRisk: 0.875 },
  ...{ mediumRisk: 0.25, highRisk: 0.5 },
};

function rowOf(fraudProbability: number, riskScore: number, changes: Partial<RecordedRow> = {}): RecordedRow {
  return {
    ...{ sequence: 0, decisionId: 'r-0', id: null, place: 0, fraudProbability, riskScore, policy, decidedBy: 'policy' },
    decision: decide(fraudProbability, riskScore, policy),
    riskLevel: riskLevel(riskScore, policy),
    ...{ role: 'primary', amount: null, attention: null, features: null, isMasked: false, rawOutputs: null },
    ...changes,
  };
}

/** What a model gives whose scores are its outputs. */
function seenOf(fraudProbability: number, riskScore: number, rawOutputs: readonly number[] = []): RowOutputs {
  return { fraudProbability, riskScore, rawOutputs, attention: null };
}

const score = fc.float({ min: 0, max: 1, noNaN: true });

describe('A decision that was computed again', () => {
  it('is identical where all bits of both scores are the same, and never else', () => {
    fc.assert(
      fc.property(score, score, score, score, (a, b, c, d) => {
        const { status } = verdictOf(rowOf(a, b), seenOf(c, d), 1);
        expect(status === 'identical').toBe(Object.is(a, c) && Object.is(b, d));
        const same = verdictOf(rowOf(a, b), seenOf(a, b), 0);
        expect(same).toMatchObject({ status: 'identical', difference: 0 });
      }),
    );
  });

  it('is different where its decision is, however near the scores are', () => {
    const row = rowOf(0.5, 0.1);
    const seen = seenOf(Math.fround(0.5 + 2 ** -24), Math.fround(0.1));
    expect(verdictOf(row, { ...seen, fraudProbability: 0.5 + 2 ** -23 }, 1e-6).status).toBe('different');
    expect(verdictOf(rowOf(0.25, 0.1), seenOf(0.25 + 2 ** -24, 0.1), 1e-6).status).toBe('within tolerance');
  });

  it('is different where the recorded decision is not that of its own scores', () => {
    const seen = seenOf(0.9, 0.1);
    expect(verdictOf(rowOf(0.9, 0.1, { decision: 'APPROVE' }), seen, 0).status).toBe('different');
    expect(verdictOf(rowOf(0.9, 0.1, { riskLevel: 'HIGH' }), seen, 0).status).toBe('different');
    expect(verdictOf(rowOf(0.9, 0.1, { decision: 'APPROVE', decidedBy: 'host' }), seen, 0).status).toBe('identical');
  });

  it('is different by its scores where they are too far apart, or decide otherwise than those that were recorded', () => {
    const beyond = verdictOf(rowOf(0.25, 0.1), seenOf(0.3, 0.1), 1e-6);
    expect(beyond).toMatchObject({ status: 'different', isByOutputs: true });
    const seen = seenOf(0.5 + 2 ** -23, 0.1);
    expect(verdictOf(rowOf(0.5, 0.1), seen, 1e-6)).toMatchObject({ status: 'different', isByOutputs: true });
    const changed = rowOf(0.25, 0.1, { decision: 'BLOCK' });
    expect(verdictOf(changed, seenOf(0.25, 0.1), 1e-6).isByOutputs).toBe(false);
    const near = seenOf(0.25 + 2 ** -24, 0.1);
    expect(verdictOf(changed, near, 1e-6)).toMatchObject({ status: 'different', isByOutputs: false });
  });

  it('is different where a score is no number, and tells −0 from 0', () => {
    const seen = seenOf(Number.NaN, 0.1);
    const nan = verdictOf(rowOf(0.1, 0.1), seen, 1);
    expect(nan).toMatchObject({ status: 'different', difference: Number.POSITIVE_INFINITY });
    const zero = seenOf(-0, 0.1);
    expect(verdictOf(rowOf(0, 0.1), zero, 0).status).toBe('different');
    expect(verdictOf(rowOf(0, 0.1), zero, 1e-9).status).toBe('within tolerance');
  });

  it('is identical where all bits of the attention are, and as different as its weights are', () => {
    const outputs = (...weights: number[]) => ({
      ...seenOf(0.25, 0.1),
      attention: Float32Array.from(weights),
    });
    const row = rowOf(0.25, 0.1, { attention: Float32Array.of(0.5, 0) });
    expect(verdictOf(row, outputs(0.5, 0), 0)).toMatchObject({ status: 'identical', attentionDifference: 0 });
    const near = verdictOf(row, outputs(0.5 + 2 ** -24, 0), 1e-6);
    expect(near).toMatchObject({ status: 'within tolerance', difference: 0, attentionDifference: 2 ** -24 });
    expect(verdictOf(row, outputs(0.75, 0), 1e-6)).toMatchObject({ status: 'different', isByOutputs: true });
    for (const seen of [outputs(0.5), outputs(0.5, Number.NaN), { ...outputs(), attention: null }])
      expect(verdictOf(row, seen, 1)).toMatchObject({ status: 'different', attentionDifference: Infinity });
    // Lines of JSON have 0 for −0.
    expect(verdictOf(row, outputs(0.5, -0), 0).status).toBe('different');
    expect(verdictOf({ ...row, attention: [0.5, 0] }, outputs(0.5, -0), 0).status).toBe('identical');
    expect(verdictOf({ ...row, attention: null }, outputs(0.75, 0), 0).attentionDifference).toBeNull();
  });

  it('is identical where the raw outputs are the same, too, and different where they are not, whatever the scores', () => {
    const row = rowOf(0.25, 0.25, { rawOutputs: [-3, 1_000] });
    const verdict = (...raw: number[]) => verdictOf(row, seenOf(0.25, 0.25, raw), 1e-6);
    expect(verdict(-3, 1_000)).toMatchObject({ status: 'identical', difference: 0 });
    // A large number may be apart by more: the tolerance is a share of it.
    expect(verdict(-3, 1_000 + 2 ** -14)).toMatchObject({ status: 'within tolerance', isByOutputs: false });
    expect(verdict(-3 + 2 ** -14, 1_000)).toMatchObject({ status: 'different', isByOutputs: true });
    expect(verdict(3, 1_000).status).toBe('different');
    expect(verdict(-3)).toMatchObject({ status: 'different', difference: Number.POSITIVE_INFINITY });
    expect(verdict(-3, Number.NaN)).toMatchObject({ status: 'different', difference: Number.POSITIVE_INFINITY });
  });

  it('tells −0 from 0 among raw outputs, and takes a class that is no number as the same again', () => {
    const row = rowOf(0.25, 0.25, { rawOutputs: [0, Number.NaN, Number.POSITIVE_INFINITY] });
    const verdict = (...raw: number[]) => verdictOf(row, seenOf(0.25, 0.25, raw), 1e-6).status;
    expect(verdict(0, Number.NaN, Number.POSITIVE_INFINITY)).toBe('identical');
    expect(verdict(-0, Number.NaN, Number.POSITIVE_INFINITY)).toBe('within tolerance');
    expect(verdict(0, 1, Number.POSITIVE_INFINITY)).toBe('different');
  });

  it('is compared by its scores alone where the record has no raw outputs', () => {
    expect(verdictOf(rowOf(0.25, 0.25), seenOf(0.25, 0.25, [1, 2]), 0).status).toBe('identical');
  });
});
