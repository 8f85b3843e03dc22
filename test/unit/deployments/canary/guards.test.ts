import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBlocks } from '../../../../src/deployments/canary/block-guard.js';
import { ErrorGuard, type FailureCounts } from '../../../../src/deployments/canary/error-guard.js';
import { LatencyHistogram } from '../../../../src/monitoring/latency-histogram.js';
import { CanaryRig } from '../../../support/canary-rig.js';

const fine: FailureCounts = { requests: 1_000, failed: 0 };

/** @returns how many intervals it took to find the breach; null where there was none. */
function intervalsToBreach(guard: ErrorGuard, canary: FailureCounts, primary = fine, most = 1_000): number | null {
  for (let interval = 1; interval <= most; interval += 1) {
    guard.add(canary, primary);
    if (guard.breach !== null) return interval;
  }
  return null;
}

describe('the guard of errors', () => {
  it('does not abort for a few failures among few requests', () => {
    for (const failed of [1, 2, 3]) {
      const guard = new ErrorGuard(0.01);
      guard.add({ requests: 3, failed }, fine);
      expect(guard.breach).toBeNull();
    }
  });

  it('finds 5 % failures within 600 requests, and says what was seen and what is allowed', () => {
    const guard = new ErrorGuard(0.01);
    expect(intervalsToBreach(guard, { requests: 20, failed: 1 })).toBeLessThanOrEqual(30);
    expect(guard.breach).toEqual({
      guard: 'maxErrorRate',
      seen: 0.05,
      allowed: 0.01,
      reason: expect.stringMatching(/^5 % of \d+ requests failed; at most 1 % may$/),
    });
  });

  it('finds a version of which everything fails in three intervals, and no sooner', () => {
    expect(intervalsToBreach(new ErrorGuard(0.01), { requests: 1_000, failed: 1_000 })).toBe(3);
  });

  it('finds a version that begins to fail after hours as fast as one that fails from the start', () => {
    const guard = new ErrorGuard(0.01);
    for (let second = 0; second < 20_000; second += 1) guard.add({ requests: 500, failed: 1 }, fine);
    expect(guard.breach).toBeNull();
    expect(intervalsToBreach(guard, { requests: 500, failed: 25 })).toBe(3);
  });

  it('allows one lost batch, and one in each minute', () => {
    const guard = new ErrorGuard(0.01);
    for (let minute = 0; minute < 60; minute += 1) {
      guard.add({ requests: 500, failed: 256 }, fine);
      for (let second = 1; second < 60; second += 1) guard.add({ requests: 500, failed: 0 }, fine);
    }
    expect(guard.breach).toBeNull();
  });

  it('does not abort for failures that the primary has equally often', () => {
    expect(
      intervalsToBreach(new ErrorGuard(0.01), { requests: 50, failed: 25 }, { requests: 1_000, failed: 500 }),
    ).toBeNull();
    expect(
      intervalsToBreach(new ErrorGuard(0.01), { requests: 50, failed: 50 }, { requests: 1, failed: 1 }),
    ).toBeNull();
    expect(
      intervalsToBreach(new ErrorGuard(0.01), { requests: 50, failed: 10 }, { requests: 1_000, failed: 20 }),
    ).not.toBeNull();
  });

  it('treats a limit of 0 as no failures allowed, and a limit of 1 as any', () => {
    expect(intervalsToBreach(new ErrorGuard(0), { requests: 100, failed: 2 })).toBeLessThanOrEqual(11);
    expect(intervalsToBreach(new ErrorGuard(0), { requests: 100, failed: 0 })).toBeNull();
    expect(intervalsToBreach(new ErrorGuard(1), { requests: 100, failed: 100 })).toBeNull();
  });

  it('does not raise the share of a canary whose error rate is above the limit without certainty', () => {
    const rig = new CanaryRig({ stepMs: 3_000, minRequests: 100 });
    const reason = 'more than 1 % of its requests fail (maxErrorRate)';
    expect(rig.serveFor(4, { requests: 300, failed: 4 }).slice(2)).toEqual(Array(2).fill({ kind: 'waiting', reason }));
    // What is older than two periods is left out, so that a bad start does not hold it back for ever.
    expect(rig.serveFor(10, { requests: 300 })).toContainEqual({ kind: 'step', step: 1, share: 0.25 });
  });
});

describe('the guard of blocks', () => {
  const of = (blocked: number, decided: number) => ({ blocked, decided });

  it('finds a version that blocks far more, or far fewer, and says both shares', () => {
    expect(compareBlocks(of(300, 2_000), of(1_000, 20_000), 0.05, 200)).toEqual({
      kind: 'breach',
      breach: {
        guard: 'maxBlockRateChange',
        seen: expect.closeTo(0.1, 9),
        allowed: 0.05,
        reason: 'it blocks 15 % of its requests, the primary 5 %; they may differ by 5 percentage points',
      },
    });
    expect(compareBlocks(of(0, 1_000), of(1_000, 10_000), 0.05, 200)).toMatchObject({ kind: 'breach' });
  });

  it('is within the limit only if a standard error is left', () => {
    expect(compareBlocks(of(20, 1_000), of(200, 10_000), 0.02, 200)).toEqual({ kind: 'within' });
    expect(compareBlocks(of(2, 100), of(200, 10_000), 0.005, 50)).toEqual({ kind: 'unclear' });
    expect(compareBlocks(of(390, 10_000), of(200, 10_000), 0.02, 200)).toEqual({ kind: 'unclear' });
  });

  it('decides nothing without decisions, and aborts nothing with few', () => {
    expect(compareBlocks(of(0, 0), of(0, 100), 0.02, 1)).toEqual({ kind: 'unclear' });
    expect(compareBlocks(of(0, 100), of(0, 0), 0.02, 1)).toEqual({ kind: 'unclear' });
    expect(compareBlocks(of(49, 49), of(0, 10_000), 0.02, 1)).toEqual({ kind: 'unclear' });
    expect(compareBlocks(of(199, 199), of(0, 10_000), 0.02, 200)).toEqual({ kind: 'unclear' });
    expect(compareBlocks(of(200, 200), of(0, 10_000), 0.02, 200)).toMatchObject({ kind: 'breach' });
  });

  it('takes a limit of 1 for any difference', () => {
    expect(compareBlocks(of(1_000, 1_000), of(0, 1_000), 1, 200)).toEqual({ kind: 'within' });
  });

  it('is less certain where the requests of one routing key are alike', () => {
    expect(compareBlocks(of(300, 2_000), of(1_000, 20_000), 0.05, 200, 10)).toEqual({ kind: 'unclear' });
  });

  it('never finds a breach if the measured shares are within the limit, and never calls them within it if they are not', () => {
    const counts = fc
      .integer({ min: 1, max: 5_000 })
      .chain((decided) => fc.integer({ min: 0, max: decided }).map((blocked) => of(blocked, decided)));
    fc.assert(
      fc.property(counts, counts, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (canary, primary, limit) => {
        const distance = Math.abs(canary.blocked / canary.decided - primary.blocked / primary.decided);
        const { kind } = compareBlocks(canary, primary, limit, 1);
        if (distance <= limit) expect(kind).not.toBe('breach');
        else expect(kind).not.toBe('within');
      }),
    );
  });

  it('aborts a canary in the middle of a step', () => {
    const rig = new CanaryRig({ stepMs: 600_000 });
    const verdicts = rig.serveFor(10, { requests: 200, blocked: 60 }, { requests: 4_000, blocked: 400 });
    expect(verdicts[0]).toMatchObject({ kind: 'abort', guard: 'maxBlockRateChange', allowed: 0.02 });
  });

  it('keeps a canary from more traffic until it is certain that the difference is within the limit', () => {
    const rig = new CanaryRig({ stepMs: 1_000, minRequests: 100 });
    const waiting = {
      kind: 'waiting',
      reason:
        "it is not certain yet that its share of blocked requests differs from the primary's by at most 2 percentage points (maxBlockRateChange)",
    };
    expect(rig.serveFor(3, { requests: 100, blocked: 3 }, { requests: 1_000, blocked: 10 })[2]).toEqual(waiting);
    expect(rig.serveFor(9, { requests: 200, blocked: 2 }, { requests: 1_000, blocked: 10 })).toContainEqual({
      kind: 'step',
      step: 1,
      share: 0.25,
    });
  });
});

describe('the guard of latencies', () => {
  const plan = { stepMs: 10_000, minRequests: 100 };
  const slow = { requests: 100, latency: 10 };
  const primary = { requests: 1_000, latency: 2 };

  it('aborts a version that is five times slower after three windows in a row', () => {
    const rig = new CanaryRig(plan);
    const verdicts = rig.serveFor(3, slow, primary);
    expect(verdicts.slice(0, 2)).toEqual(Array(2).fill({ kind: 'stay' }));
    expect(verdicts[2]).toEqual({
      kind: 'abort',
      guard: 'maxLatencyRatio',
      seen: expect.closeTo(5, 0),
      allowed: 2,
      reason: expect.stringMatching(
        /^its 95th percentile of latency was (5|4\.9\d|5\.0\d) times the primary's or more in 3 windows in a row/,
      ),
    });
  });

  it('starts to count again after one window within the limit', () => {
    const rig = new CanaryRig(plan);
    const well = { requests: 100, latency: 2 };
    for (let turn = 0; turn < 3; turn += 1) {
      expect(new Set(rig.serveFor(2, slow, primary).map(({ kind }) => kind))).toEqual(new Set(['stay']));
      rig.serve(well, primary);
    }
    expect(rig.serve(well, primary)).toMatchObject({
      kind: 'waiting',
      reason: expect.stringContaining('maxLatencyRatio'),
    });
    rig.serve(well, primary);
    expect(rig.canary.summary).toMatchObject({ state: 'running', step: 1 });
  });

  it('makes a window last until both versions have enough requests, and a second', () => {
    const rig = new CanaryRig(plan);
    expect(rig.serveFor(11, slow, primary, 250)).toEqual(Array(11).fill({ kind: 'stay' }));
    expect(rig.serve(slow, primary, 250)).toMatchObject({ kind: 'abort' });
    const thin = new CanaryRig(plan);
    expect(new Set(thin.serveFor(8, { requests: 34, latency: 10 }, primary).map(({ kind }) => kind))).toEqual(
      new Set(['stay']),
    );
    expect(thin.serve({ requests: 34, latency: 10 }, primary)).toMatchObject({ kind: 'abort' });
  });

  it('judges each window separately', () => {
    const rig = new CanaryRig({ ...plan, stepMs: 1e9 });
    rig.serveFor(1_000, { requests: 100, latency: 2 }, primary);
    expect(rig.serveFor(3, slow, primary)[2]).toMatchObject({ kind: 'abort' });
  });

  it('does not promote a slower version because stalls of the machine make the 95th percentiles similar', () => {
    const rig = new CanaryRig({ ...plan, stepMs: 3_000 });
    const stalled = (ms: number): LatencyHistogram => {
      const latency = new LatencyHistogram();
      latency.record(ms, 90);
      latency.record(500, 10);
      return latency;
    };
    const window = (): { kind: string } =>
      rig.serve({ requests: 100, latency: stalled(10) }, { requests: 100, latency: stalled(2) });
    expect([window(), window(), window()].map(({ kind }) => kind)).toEqual(['stay', 'stay', 'waiting']);
    // Not for ever: what is allowed is said of the 95th percentile.
    const kinds = Array.from({ length: 8 }, window).map(({ kind }) => kind);
    expect(kinds.slice(0, 7)).not.toContain('step');
    expect(kinds.at(-1)).toBe('step');
  });

  it('takes percentiles less than half a millisecond apart for equal', () => {
    const rig = new CanaryRig({ ...plan, stepMs: 3_000 });
    expect(rig.serveFor(3, { requests: 100, latency: 0.5 }, { requests: 1_000, latency: 0.1 })[2]).toMatchObject({
      kind: 'step',
    });
  });

  it('allows any ratio where the limit is infinite', () => {
    const rig = new CanaryRig({ ...plan, stepMs: 3_000, maxLatencyRatio: Number.POSITIVE_INFINITY });
    expect(rig.serveFor(3, { requests: 100, latency: 500 }, primary)[2]).toMatchObject({ kind: 'step' });
  });
});
