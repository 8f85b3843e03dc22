import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Alert, AlertOptions, WorkersSeen } from '../../../src/api/alerts.js';
import { DeadlineExceededError, InferenceError, QueueFullError } from '../../../src/errors.js';
import type { VersionSource } from '../../../src/monitoring/alerts/alert-sources.js';
import { OutcomeStore } from '../../../src/monitoring/labels/outcomes.js';
import { Monitor } from '../../../src/monitoring/monitor.js';
import { VersionStats } from '../../../src/monitoring/version-stats.js';
import { resolvedAlerts, targetLatencyMs } from '../../support/alerts.js';
import { FakeClock } from '../../support/fake-clock.js';
import { noFaults } from '../../support/no-faults.js';

interface MonitorState {
  faults: unknown[];
  waitingSince: number | null;
  workers: WorkersSeen;
}

const open: Monitor[] = [];

/** The first is the primary, and the others have as much of the traffic. */
function sourceOf(stats: VersionStats, index: number): VersionSource {
  const role = index === 0 ? 'primary' : 'challenger';
  return { version: String(index + 1), role, traffic: 0.5, stats, flips: null };
}

/** A monitor of so many versions. */
function rig(versionCount = 1, alerts: AlertOptions = {}) {
  const clock = new FakeClock();
  const raised: Alert[] = [];
  const cleared: Alert[] = [];
  const state: MonitorState = { faults: [], waitingSince: null, workers: { ready: 2, configured: 2, troubled: 0 } };
  const outcomes = new OutcomeStore(clock, { maxPending: 100, ttlMs: 1e9 });
  const versions = Array.from({ length: versionCount }, () => new VersionStats('1', clock, outcomes));
  const monitor = new Monitor({
    clock,
    // The memory of the tests' own process may be any.
    alerts: resolvedAlerts({ maxMemoryGb: 1e6, ...alerts }),
    targetLatencyMs,
    maxQueueSize: 1_000,
    sources: {
      versions: () => (versionCount === 1 ? [] : versions.map((stats, index) => sourceOf(stats, index))),
      failover: () => null,
      waitingSince: () => state.waitingSince,
      workers: () => state.workers,
    },
    onHostRuleFailure: noFaults,
    outcomes,
    versions: () => versions,
    labelsOf: () => null,
    onAlert: (alert) => raised.push(alert),
    onAlertCleared: (alert) => cleared.push(alert),
    onFault: (error) => state.faults.push(error),
  });
  open.push(monitor);
  monitor.watch();
  const [stats] = versions;
  if (stats === undefined) throw new Error('a monitor of no version');
  return { clock, monitor, stats, versions, raised, cleared, state };
}

afterEach(() => {
  for (const monitor of open.splice(0)) monitor.dispose();
});

const answer = (stats: VersionStats, latencyMs: number, times = 1): void => {
  for (let index = 0; index < times; index += 1) {
    recordLatency(stats, latencyMs);
    stats.recordAnswer('APPROVE', 'LOW', undefined);
  }
};

/** One that waited for half of its time. */
function recordLatency(stats: VersionStats, latencyMs: number): void {
  stats.recordTimes(Float64Array.of(1_000), 1, 1_000 + latencyMs / 2, 1_000 + latencyMs);
}

describe('Monitor', () => {
  it('has null for every statistic without a sample', () => {
    const { performance, requests } = rig().monitor.summary();
    expect(performance).toMatchObject({
      latencyMs: { mean: null, p50: null, p95: null, p99: null, p999: null, max: null },
      throughputPerSecond: { mean: null, min: null, max: null },
      batchSize: { mean: null, max: null },
      errorRate: null,
      sampleCount: 0,
    });
    expect(performance.memoryGb.mean).toBeGreaterThan(0);
    expect(requests.total).toBe(0);
  });

  it('gives percentiles to within 1%, and mean and maximum exactly', () => {
    const { monitor, stats } = rig();
    for (let ms = 1; ms <= 1_000; ms += 1) answer(stats, ms);
    const { mean, p50, p95, p99, p999, max } = monitor.summary().performance.latencyMs;
    expect([mean, max]).toEqual([500.5, 1_000]);
    for (const [value, expected] of [
      [p50, 500],
      [p95, 950],
      [p99, 990],
      [p999, 999],
    ] as const) {
      expect(Math.abs((value ?? 0) - expected)).toBeLessThanOrEqual(expected * 0.01);
    }
  });

  it('counts each request by its cause, and the error rate without rejections and cancellations', () => {
    const { monitor, stats } = rig();
    answer(stats, 1, 6);
    stats.recordError(new InferenceError('x'));
    stats.recordError(new DeadlineExceededError(5));
    stats.recordError(new QueueFullError(1));
    stats.recordAbandoned();
    stats.recordFallback('ERR_INFERENCE');
    const { requests, performance } = monitor.summary();
    expect(requests).toEqual({
      total: 10,
      succeeded: 6,
      failed: 2,
      rejected: 1,
      expired: 1,
      cancelled: 0,
      fallback: 1,
    });
    expect(performance.errorRate).toBeCloseTo(3 / 9, 10);
  });

  it('keeps totals over any time, and forgets in the window what is older than 10 s', () => {
    const { clock, monitor, stats } = rig();
    answer(stats, 50, 100);
    clock.advance(5_000);
    answer(stats, 2, 100);
    expect(monitor.summary().recent.performance).toMatchObject({ sampleCount: 200, latencyMs: { max: 50 } });
    clock.advance(6_000);
    expect(monitor.summary().recent.performance).toMatchObject({ sampleCount: 100, latencyMs: { max: 2 } });
    clock.advance(60_000);
    const { performance, recent } = monitor.summary();
    expect(recent.performance.sampleCount).toBe(0);
    expect(performance).toMatchObject({ sampleCount: 200, latencyMs: { mean: 26, max: 50 } });
    expect(performance.throughputPerSecond).toEqual({ mean: 100, min: 100, max: 100 });
  });

  it('measures throughput before the first second has passed too', () => {
    const { clock, monitor, stats } = rig();
    clock.advance(500);
    answer(stats, 1, 50);
    expect(monitor.summary().performance.throughputPerSecond).toEqual({ mean: 100, min: 100, max: 100 });
  });

  it('raises a latency alert within a second, and clears it when the slow requests have left the window', () => {
    const { clock, monitor, raised, cleared, stats } = rig();
    answer(stats, 500, 20);
    clock.advance(1_000);
    expect(raised.map(({ rule, severity }) => [rule, severity])).toEqual([['latency', 'critical']]);
    for (let second = 0; second < 12; second += 1) {
      answer(stats, 5, 20);
      clock.advance(1_000);
    }
    expect(raised).toHaveLength(1);
    expect(cleared.map(({ rule }) => rule)).toEqual(['latency']);
    expect(monitor.alerts.active).toEqual([]);
    expect(monitor.alerts.history).toMatchObject([
      { rule: 'latency', since: raised[0]?.since, clearedAt: expect.any(Number) },
    ]);
  });

  it('raises a throughput alert only where requests were waiting the whole window', () => {
    const { clock, raised, state, stats } = rig();
    for (let second = 0; second < 12; second += 1) {
      answer(stats, 5, 20);
      clock.advance(1_000);
    }
    expect(raised).toEqual([]);
    state.waitingSince = clock.now();
    for (let second = 0; second < 11; second += 1) {
      answer(stats, 5, 20);
      clock.advance(1_000);
    }
    expect(raised.map(({ rule }) => rule)).toEqual(['throughput']);
  });

  it('raises an error rate alert over the window', () => {
    const { clock, raised, stats } = rig();
    answer(stats, 1, 90);
    for (let index = 0; index < 10; index += 1) stats.recordError(new DeadlineExceededError(1));
    clock.advance(1_000);
    expect(raised).toMatchObject([{ rule: 'errorRate', value: 0.1, severity: 'critical' }]);
  });

  it('waits for labels as long as the host says before it counts them as missing', () => {
    const rules = { labelCoverage: { minimumVolume: 2 } };
    for (const labelDelayDays of [0, 1]) {
      const { clock, versions, raised } = rig(2, { minLabelCoverage: 0.5, labelDelayDays, rules });
      for (const id of ['a', 'b', 'c']) versions[1]?.recordAnswer('APPROVE', 'LOW', id);
      clock.advance(1_000);
      expect(raised.map(({ rule, version }) => `${rule}@${version}`)).toEqual(
        labelDelayDays === 0 ? ['labelCoverage@2'] : [],
      );
      clock.jump(2 * 86_400_000);
      clock.advance(1_000);
      expect(raised).toMatchObject([{ rule: 'labelCoverage', version: '2', value: 0 }]);
    }
  });

  it('raises the false positive rate of the version that flags good customers', () => {
    const { clock, monitor, versions, raised } = rig(2);
    for (let index = 0; index < 90; index += 1) versions[0]?.recordAnswer('APPROVE', 'LOW', `good ${index}`);
    for (let index = 0; index < 10; index += 1)
      versions[1]?.recordAnswer(index < 4 ? 'BLOCK' : 'APPROVE', 'LOW', `${index}`);
    for (let index = 0; index < 90; index += 1) monitor.recordOutcome({ id: `good ${index}`, isFraud: false });
    for (let index = 0; index < 10; index += 1) monitor.recordOutcome({ id: `${index}`, isFraud: false });
    clock.advance(1_000);
    expect(raised).toMatchObject([{ rule: 'falsePositiveRate', version: '2', value: 0.4, severity: 'critical' }]);
  });

  it('does all other parts of its check if one of them throws, and goes on', () => {
    const { clock, monitor, stats, raised, state } = rig();
    const error = new Error('of the pool');
    const { workers } = state;
    Object.defineProperty(state, 'workers', {
      configurable: true,
      get: () => {
        throw error;
      },
    });
    answer(stats, 500, 20);
    clock.advance(12_000);
    expect(state.faults).toEqual(new Array(12).fill(error));
    expect(monitor.summary().recent.performance.sampleCount).toBe(0);
    Object.defineProperty(state, 'workers', { value: workers });
    answer(stats, 500, 20);
    clock.advance(1_000);
    expect(raised.map(({ rule }) => rule)).toEqual(['latency']);
  });

  it('still has its last summary when it is disposed of, and counts rejections at the door', () => {
    const { clock, monitor, stats } = rig();
    answer(stats, 3, 4);
    monitor.dispose();
    stats.recordError(new QueueFullError(1));
    expect(monitor.summary()).toMatchObject({
      requests: { total: 5, succeeded: 4, rejected: 1 },
      performance: { latencyMs: { max: 3 } },
    });
    expect(clock.timers).toBe(0);
  });
});

describe('a monitor of several versions', () => {
  it('measures them together like one, whichever version an event belongs to', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('answer' as const), by: fc.integer({ min: 1, max: 500 }) }),
      fc.record({ kind: fc.constant('batch' as const), by: fc.integer({ min: 1, max: 64 }) }),
      fc.record({ kind: fc.constant('columns' as const), by: fc.integer({ min: 1, max: 64 }) }),
      fc.record({ kind: fc.constantFrom('expired', 'refused', 'abandoned', 'fallback'), by: fc.constant(0) }),
      fc.record({ kind: fc.constant('advance' as const), by: fc.integer({ min: 1, max: 4_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.nat(1)), { maxLength: 60 }), (events) => {
        const [together, apart] = [rig(1), rig(2)];
        for (const [{ kind, by }, version] of events) {
          for (const { clock, versions } of [together, apart]) {
            const stats = versions[version % versions.length] as VersionStats;
            const decisions = { APPROVE: by, REVIEW: 0, BLOCK: 0, highRisk: 0 };
            if (kind === 'answer') {
              recordLatency(stats, by);
              stats.recordAnswer('BLOCK', by > 250 ? 'HIGH' : 'LOW', undefined);
            }
            if (kind === 'batch') stats.recordBatch(by, by / 10);
            if (kind === 'columns') {
              stats.recordRows(by);
              stats.recordColumns(decisions);
            }
            if (kind === 'expired') stats.recordError(new DeadlineExceededError(1));
            if (kind === 'refused') stats.recordError(new QueueFullError(1));
            if (kind === 'abandoned') stats.recordAbandoned();
            if (kind === 'fallback') stats.recordFallback('ERR_INFERENCE');
            if (kind === 'advance') clock.advance(by);
          }
        }
        const seen = ({ monitor }: typeof apart) => {
          const { performance, recent, requests, business } = monitor.summary();
          return rounded({ performance, recent: recent.performance, requests, business });
        };
        expect(seen(apart)).toEqual(seen(together));
        const rulesOf = ({ raised }: typeof apart) =>
          raised.filter(({ version }) => version === null).map(({ rule }) => rule);
        expect(rulesOf(apart)).toEqual(rulesOf(together));
        for (const { monitor } of [apart, together]) monitor.dispose();
        expect(seen(apart)).toEqual(seen(together));
      }),
      { numRuns: 50 },
    );
  });

  it('counts the rows of columns in the throughput of all, and in its alert', () => {
    const { versions, clock, monitor, raised, state } = rig(2);
    const recordRows = (): void => {
      for (const stats of versions) stats.recordRows(75);
    };
    clock.advance(500);
    recordRows();
    expect(monitor.summary().performance.throughputPerSecond.mean).toBe(300);
    clock.advance(500);
    state.waitingSince = clock.now();
    for (let second = 0; second < 12; second += 1) {
      recordRows();
      clock.advance(1_000);
    }
    expect(monitor.summary().performance.throughputPerSecond).toEqual({ mean: 150, min: 150, max: 150 });
    expect(raised).toEqual([]);
  });

  it("keeps each version's own counts apart", () => {
    const { versions, clock } = rig(2);
    const [first, second] = versions as [VersionStats, VersionStats];
    answer(first, 5, 3);
    answer(second, 50, 1);
    second.recordError(new InferenceError('x'));
    clock.advance(3_000);
    const totals = versions.map(({ history }) => {
      const seen = { requests: 0, samples: 0, slowest: 0 };
      history.eachSinceStart((recorder) => {
        seen.requests += recorder.requests.settled;
        seen.samples += recorder.samples;
        seen.slowest = Math.max(seen.slowest, recorder.summary().latencyMs.max ?? 0);
      });
      return seen;
    });
    expect(totals).toEqual([
      { requests: 3, samples: 3, slowest: 5 },
      { requests: 2, samples: 1, slowest: 50 },
    ]);
    expect(versions.map(({ decisions }) => decisions.total)).toEqual([3, 1]);
  });

  it('adds what every version refuses once the monitor is disposed of, and nothing else', () => {
    const { versions, monitor } = rig(2);
    const [first, second] = versions as [VersionStats, VersionStats];
    answer(first, 5);
    monitor.dispose();
    first.recordError(new QueueFullError(1));
    second.recordError(new QueueFullError(1));
    second.recordFallback('ERR_INFERENCE');
    answer(second, 5);
    expect(monitor.summary().requests).toMatchObject({ total: 3, succeeded: 1, rejected: 2, fallback: 1 });
  });
});

/** Without what differs by the order of additions, and the memory of the process. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => {
      if (key === 'memoryGb') return undefined;
      return typeof part === 'number' ? Number(part.toPrecision(9)) : part;
    }),
  );
}

describe('# a monitor that hears about a worker', () => {
  it('looks at once, as it may be replaced before the next second, and clears when it is', () => {
    const { clock, monitor, raised, cleared, state } = rig();
    state.workers = { ready: 1, configured: 2, troubled: 1 };
    monitor.lookNow();
    expect(raised).toMatchObject([
      {
        rule: 'workers',
        value: 1,
        threshold: 2,
        severity: 'warning',
        message: expect.stringMatching(
          /^1 of 2 workers are ready: one hung, or could not be replaced\. Look at the log /,
        ),
      },
    ]);
    state.workers = { ready: 2, configured: 2, troubled: 0 };
    clock.advance(1_000);
    expect(cleared.map(({ rule }) => rule)).toEqual(['workers']);
  });

  it("computes the fallback's share of all settled requests", () => {
    const { clock, raised, stats } = rig();
    answer(stats, 1, 180);
    for (let index = 0; index < 20; index += 1) {
      stats.recordError(new QueueFullError(5));
      stats.recordFallback('ERR_INFERENCE');
    }
    clock.advance(1_000);
    expect(raised).toMatchObject([{ rule: 'fallbackRate', value: 0.1, threshold: 0.05 }]);
  });
});

describe('a monitor that is not watching yet', () => {
  it('raises nothing, as nobody could hear it', () => {
    const clock = new FakeClock();
    const raised: Alert[] = [];
    const outcomes = new OutcomeStore(clock, { maxPending: 100, ttlMs: 1e9 });
    const stats = new VersionStats('1', clock, outcomes);
    const monitor = new Monitor({
      clock,
      alerts: resolvedAlerts({ maxMemoryGb: 0.001 }),
      targetLatencyMs,
      maxQueueSize: 1_000,
      sources: {
        versions: () => [],
        failover: () => null,
        waitingSince: () => null,
        workers: () => ({ ready: 2, configured: 2, troubled: 0 }),
      },
      onHostRuleFailure: noFaults,
      outcomes,
      versions: () => [stats],
      labelsOf: () => null,
      onAlert: (alert) => raised.push(alert),
      onAlertCleared: () => {},
      onFault: noFaults,
    });
    open.push(monitor);
    clock.advance(5_000);
    expect(raised).toEqual([]);
    monitor.watch();
    clock.advance(500);
    answer(stats, 1, 50);
    expect(monitor.summary().performance.throughputPerSecond.mean).toBe(100);
    clock.advance(500);
    expect(raised.map(({ rule }) => rule)).toEqual(['memory']);
  });
});
