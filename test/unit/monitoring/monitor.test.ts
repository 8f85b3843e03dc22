import { afterEach, describe, expect, it } from 'vitest';
import { DeadlineExceededError, InferenceError, QueueFullError } from '../../../src/errors.js';
import type { WorkersSeen } from '../../../src/monitoring/alert-rules.js';
import { Monitor } from '../../../src/monitoring/monitor.js';
import type { Alert } from '../../../src/types.js';
import { FakeClock } from '../../support/fake-clock.js';
import { noFaults } from '../../support/no-faults.js';

interface MonitorState {
  faults: unknown[];
  waitingSince: number | null;
  workers: WorkersSeen;
}

const open: Monitor[] = [];

function rig(): {
  clock: FakeClock;
  monitor: Monitor;
  raised: Alert[];
  cleared: Alert[];
  state: MonitorState;
} {
  const clock = new FakeClock();
  const raised: Alert[] = [];
  const cleared: Alert[] = [];
  const state: MonitorState = { faults: [], waitingSince: null, workers: { ready: 2, configured: 2, troubled: 0 } };
  const monitor = new Monitor({
    clock,
    thresholds: {
      maxLatencyMs: 100,
      minThroughputPerSecond: 100,
      maxErrorRate: 0.01,
      maxFallbackRate: 0.05,
      maxMemoryGb: 1e6,
      maxFalsePositiveRate: 0.05,
    },
    outcomes: { maxPending: 100, ttlMs: 1e9 },
    waitingSince: () => state.waitingSince,
    workers: () => state.workers,
    onAlert: (alert) => raised.push(alert),
    onAlertCleared: (alert) => cleared.push(alert),
    onFault: (error) => state.faults.push(error),
  });
  open.push(monitor);
  monitor.watch();
  return { clock, monitor, raised, cleared, state };
}

afterEach(() => {
  for (const monitor of open.splice(0)) monitor.dispose();
});

const answer = (monitor: Monitor, latencyMs: number, times = 1): void => {
  for (let index = 0; index < times; index += 1)
    monitor.recordAnswer(latencyMs, latencyMs / 2, 'APPROVE', 'LOW', undefined);
};

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
    const { monitor } = rig();
    for (let ms = 1; ms <= 1_000; ms += 1) answer(monitor, ms);
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
    const { monitor } = rig();
    answer(monitor, 1, 6);
    monitor.recordError(new InferenceError('x'));
    monitor.recordError(new DeadlineExceededError(5));
    monitor.recordError(new QueueFullError(1));
    monitor.recordAbandoned();
    monitor.recordFallback();
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
    const { clock, monitor } = rig();
    answer(monitor, 50, 100);
    clock.advance(5_000);
    answer(monitor, 2, 100);
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
    const { clock, monitor } = rig();
    clock.advance(500);
    answer(monitor, 1, 50);
    expect(monitor.summary().performance.throughputPerSecond).toEqual({ mean: 100, min: 100, max: 100 });
  });

  it('raises a latency alert within a second, and clears it when the slow requests have left the window', () => {
    const { clock, monitor, raised, cleared } = rig();
    answer(monitor, 500, 20);
    clock.advance(1_000);
    expect(raised.map(({ rule, severity }) => [rule, severity])).toEqual([['latency', 'critical']]);
    for (let second = 0; second < 12; second += 1) {
      answer(monitor, 5, 20);
      clock.advance(1_000);
    }
    expect(raised).toHaveLength(1);
    expect(cleared.map(({ rule }) => rule)).toEqual(['latency']);
    expect(monitor.activeAlerts).toEqual([]);
  });

  it('raises a throughput alert only where requests were waiting the whole window', () => {
    const { clock, monitor, raised, state } = rig();
    for (let second = 0; second < 12; second += 1) {
      answer(monitor, 5, 20);
      clock.advance(1_000);
    }
    expect(raised).toEqual([]);
    state.waitingSince = clock.now();
    for (let second = 0; second < 11; second += 1) {
      answer(monitor, 5, 20);
      clock.advance(1_000);
    }
    expect(raised.map(({ rule }) => rule)).toEqual(['throughput']);
  });

  it('raises an error rate alert over the window', () => {
    const { clock, monitor, raised } = rig();
    answer(monitor, 1, 90);
    for (let index = 0; index < 10; index += 1) monitor.recordError(new DeadlineExceededError(1));
    clock.advance(1_000);
    expect(raised).toMatchObject([{ rule: 'errorRate', value: 0.1, severity: 'critical' }]);
  });

  it('does every other part of its look where one of them throws, and goes on', () => {
    const { clock, monitor, raised, state } = rig();
    const error = new Error('of the pool');
    const { workers } = state;
    Object.defineProperty(state, 'workers', {
      configurable: true,
      get: () => {
        throw error;
      },
    });
    answer(monitor, 500, 20);
    clock.advance(12_000);
    expect(state.faults).toEqual(new Array(12).fill(error));
    expect(monitor.summary().recent.performance.sampleCount).toBe(0);
    Object.defineProperty(state, 'workers', { value: workers });
    answer(monitor, 500, 20);
    clock.advance(1_000);
    expect(raised.map(({ rule }) => rule)).toEqual(['latency']);
  });

  it('still has its last summary when it is disposed of, and counts rejections at the door', () => {
    const { clock, monitor } = rig();
    answer(monitor, 3, 4);
    monitor.dispose();
    monitor.recordError(new QueueFullError(1));
    expect(monitor.summary()).toMatchObject({
      requests: { total: 5, succeeded: 4, rejected: 1 },
      performance: { latencyMs: { max: 3 } },
    });
    expect(clock.timers).toBe(0);
  });
});

describe('a monitor that is told of a worker', () => {
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
        message: '1 of 2 workers are ready: one hung, or could not be replaced',
      },
    ]);
    state.workers = { ready: 2, configured: 2, troubled: 0 };
    clock.advance(1_000);
    expect(cleared.map(({ rule }) => rule)).toEqual(['workers']);
  });

  it('takes the share of the fallback of all that settled', () => {
    const { clock, monitor, raised } = rig();
    answer(monitor, 1, 180);
    for (let index = 0; index < 20; index += 1) {
      monitor.recordError(new QueueFullError(5));
      monitor.recordFallback();
    }
    clock.advance(1_000);
    expect(raised).toMatchObject([{ rule: 'fallbackRate', value: 0.1, threshold: 0.05 }]);
  });
});

describe('a monitor that is not watching yet', () => {
  it('raises nothing, as nobody could hear it', () => {
    const clock = new FakeClock();
    const raised: Alert[] = [];
    const monitor = new Monitor({
      clock,
      thresholds: {
        maxLatencyMs: 100,
        minThroughputPerSecond: 100,
        maxErrorRate: 0.01,
        maxFallbackRate: 0.05,
        maxMemoryGb: 0.001,
        maxFalsePositiveRate: 0.05,
      },
      outcomes: { maxPending: 100, ttlMs: 1e9 },
      waitingSince: () => null,
      workers: () => ({ ready: 2, configured: 2, troubled: 0 }),
      onAlert: (alert) => raised.push(alert),
      onAlertCleared: () => {},
      onFault: noFaults,
    });
    open.push(monitor);
    clock.advance(5_000);
    expect(raised).toEqual([]);
    monitor.watch();
    clock.advance(500);
    answer(monitor, 1, 50);
    expect(monitor.summary().performance.throughputPerSecond.mean).toBe(100);
    clock.advance(500);
    expect(raised.map(({ rule }) => rule)).toEqual(['memory']);
  });
});
