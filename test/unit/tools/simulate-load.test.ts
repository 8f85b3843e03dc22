import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunTimes } from '../../../src/tools/run-times.js';
import { simulatedP99Ms } from '../../../src/tools/simulate-load.js';

/** By milliseconds of a run of n rows beside so many busy sessions. */
function runTimes(run: (busySessions: number, rows: number) => number, sessions = [1, 2, 4]): RunTimes {
  return new RunTimes(
    sessions.flatMap((count) =>
      [1, 64, 1_024].map((batchSize) => {
        const ms = run(count, batchSize);
        return { sessions: count, batchSize, latencyMs: { mean: ms, p50: ms, p99: ms } };
      }),
    ),
  );
}

function p99(times: RunTimes, sessions: number, delayMs: number, ratePerSecond: number, maxBatchSize = 1_024): number {
  const limits = { maxBatchSize, maxQueueDelayMs: delayMs, targetLatencyMs: 1_000 };
  return simulatedP99Ms({ sessions, limits, runTimes: times }, { ratePerSecond, durationMs: 40 });
}

describe('a simulated load', () => {
  it('is answered in the time of a run where requests hardly ever meet', () => {
    expect(
      p99(
        runTimes(() => 0.5),
        1,
        0,
        1,
      ),
    ).toBeCloseTo(0.5, 9);
  });

  it('waits for the timer, and runs then, where batches are held back', () => {
    expect(
      p99(
        runTimes(() => 0.5),
        1,
        2,
        1,
      ),
    ).toBeCloseTo(2.5, 9);
  });

  it('waits for a run at most before its own where batches have no end', () => {
    const worst = p99(
      runTimes(() => 1),
      1,
      0,
      100_000,
    );
    expect(worst).toBeGreaterThan(1.9);
    expect(worst).toBeLessThanOrEqual(2);
  });

  it('has, one by one, the waits of the queue with one server and equal service times (M/D/1)', () => {
    // P(wait ≤ t) of M/D/1 at load 0.5 (Erlang 1909): 99% wait at most 3.0 service times.
    expect(
      p99(
        runTimes(() => 1),
        1,
        0,
        500,
        1,
      ) - 1,
    ).toBeCloseTo(3, 0);
  });

  it('takes the longer the more sessions are busy', () => {
    const sharing = runTimes((busy) => busy);
    expect(p99(sharing, 4, 0, 20_000)).toBeGreaterThan(2 * p99(sharing, 1, 0, 20_000));
  });

  it('is never answered a tenth sooner by one session for being held back', () => {
    const times = fc.record({
      fixedMs: fc.double({ min: 0.01, max: 2, noNaN: true }),
      perRowMs: fc.double({ min: 1e-4, max: 0.01, noNaN: true }),
    });
    const share = fc.double({ min: 0.1, max: 0.8, noNaN: true });
    fc.assert(
      fc.property(times, share, ({ fixedMs, perRowMs }, load) => {
        const one = runTimes((_, rows) => fixedMs + perRowMs * rows, [1]);
        const rate = (load * 1_024 * 1_000) / one.ms(1, 1_024);
        expect(p99(one, 1, 1, rate) * 1.1).toBeGreaterThan(p99(one, 1, 0, rate));
      }),
      { numRuns: 40 },
    );
  });

  it('has a rate', () => {
    for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() =>
        p99(
          runTimes(() => 1),
          1,
          1,
          rate,
        ),
      ).toThrowError(/ratePerSecond: expected a number above 0/);
    }
  });
});

describe('run times', () => {
  it('are those that were measured, and lie between them', () => {
    const times = runTimes((busy, rows) => busy * (1 + rows / 64));
    expect(times.ms(1, 64)).toBe(2);
    expect(times.ms(1, 32)).toBeCloseTo(1 + 1 / 64 + (31 / 63) * (63 / 64), 9);
    // So many were not measured.
    expect(times.ms(3, 64)).toBe(times.ms(4, 64));
    expect(times.ms(9, 64)).toBe(times.ms(4, 64));
    expect(times.ms(1, 2_048)).toBeCloseTo(2 * times.ms(1, 1_024), 9);
  });

  it('never fall with the rows, as a stall of the machine would have it', () => {
    const times = runTimes((_, rows) => (rows === 1 ? 3 : 1));
    expect(times.ms(1, 1_024)).toBe(3);
  });

  it('are a line for the policy, of which nothing is below 0', () => {
    expect(runTimes((_, rows) => 0.5 + rows).line(1, 1_024)).toEqual({
      fixedMs: expect.closeTo(0.5, 9),
      perRowMs: expect.closeTo(1, 9),
      perRowAtLeastMs: 0,
    });
    expect(runTimes((_, rows) => rows ** 2).line(1, 1_024).fixedMs).toBe(0);
    expect(runTimes(() => 2).line(1, 1)).toEqual({ fixedMs: 2, perRowMs: 0, perRowAtLeastMs: 0 });
  });
});
