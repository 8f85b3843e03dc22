import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertThresholds } from '../../../src/api/options.js';
import { AlertBoard } from '../../../src/monitoring/alert-board.js';
import { type AlertSnapshot, observe } from '../../../src/monitoring/alert-rules.js';

const thresholds: AlertThresholds = {
  maxLatencyMs: 100,
  minThroughputPerSecond: 100,
  maxErrorRate: 0.01,
  maxFallbackRate: 0.05,
  maxMemoryGb: 8,
  maxFalsePositiveRate: 0.05,
};
const calm: AlertSnapshot = {
  latencySamples: 1_000,
  p99LatencyMs: 20,
  rowsPerSecond: 5_000,
  waitedWholeWindow: true,
  errorSamples: 1_000,
  errorRate: 0,
  settled: 1_000,
  fallbackRate: 0,
  memoryGb: 1,
  workers: { ready: 2, configured: 2, troubled: 0 },
  labels: 500,
  falsePositiveRate: 0.01,
  failover: null,
};

function changes(board: AlertBoard, snapshot: Partial<AlertSnapshot>): string[] {
  const { raised, cleared } = board.evaluate(observe({ ...calm, ...snapshot }, thresholds), 1);
  return [...raised.map(({ rule }) => `+${rule}`), ...cleared.map(({ rule }) => `-${rule}`)];
}

describe('alerts', () => {
  it.each<[string, Partial<AlertSnapshot>]>([
    ['latency', { p99LatencyMs: 101 }],
    ['throughput', { rowsPerSecond: 99 }],
    ['errorRate', { errorRate: 0.011 }],
    ['fallbackRate', { fallbackRate: 0.051 }],
    ['memory', { memoryGb: 8.1 }],
    ['workers', { workers: { ready: 1, configured: 2, troubled: 1 } }],
    ['falsePositiveRate', { falsePositiveRate: 0.051 }],
  ])('%s is raised once and cleared once', (rule, breach) => {
    const board = new AlertBoard();
    expect(changes(board, {})).toEqual([]);
    expect(changes(board, breach)).toEqual([`+${rule}`]);
    expect(changes(board, breach)).toEqual([]);
    expect(board.active.map((alert) => alert.rule)).toEqual([rule]);
    expect(changes(board, {})).toEqual([`-${rule}`]);
    expect(changes(board, {})).toEqual([]);
    expect(board.active).toEqual([]);
  });

  it('a value that hovers about its threshold raises once', () => {
    const board = new AlertBoard();
    const seen = [101, 99, 101, 95, 102, 91, 89, 99, 101].flatMap((p99LatencyMs) => changes(board, { p99LatencyMs }));
    expect(seen).toEqual(['+latency', '-latency', '+latency']);
  });

  it('fewer than 10 requests, or labels, raise nothing', () => {
    const few = {
      latencySamples: 9,
      p99LatencyMs: 900,
      errorSamples: 9,
      errorRate: 1,
      settled: 9,
      fallbackRate: 1,
      labels: 9,
      falsePositiveRate: 1,
    };
    expect(changes(new AlertBoard(), few)).toEqual([]);
  });

  it('a memory sample that is missing neither raises nor clears', () => {
    const board = new AlertBoard();
    expect(changes(board, { memoryGb: null })).toEqual([]);
    expect(changes(board, { memoryGb: 9 })).toEqual(['+memory']);
    expect(changes(board, { memoryGb: null })).toEqual([]);
    expect(changes(board, { memoryGb: 1 })).toEqual(['-memory']);
  });

  it('a worker that died and is on its way back raises nothing', () => {
    expect(changes(new AlertBoard(), { workers: { ready: 0, configured: 2, troubled: 0 } })).toEqual([]);
  });

  it('a low throughput raises nothing unless work was waiting the whole window', () => {
    expect(changes(new AlertBoard(), { rowsPerSecond: 1, waitedWholeWindow: false })).toEqual([]);
  });

  it('is critical beyond twice its threshold, and says what was seen and what is allowed', () => {
    const { raised } = new AlertBoard().evaluate(
      observe({ ...calm, p99LatencyMs: 250.04, rowsPerSecond: 60 }, thresholds),
      77,
    );
    expect(raised).toEqual([
      {
        rule: 'latency',
        severity: 'critical',
        value: 250.04,
        threshold: 100,
        since: 77,
        message: 'P99 latency of 250.0 ms over 10 s, allowed 100 ms',
      },
      {
        rule: 'throughput',
        severity: 'warning',
        value: 60,
        threshold: 100,
        since: 77,
        message: '60.0 rows/s while requests waited for 10 s, expected 100 rows/s',
      },
    ]);
  });

  it('raised and cleared take turns for every rule, whatever is seen', () => {
    const value = fc.option(fc.double({ min: 0, max: 300, noNaN: true }));
    const snapshot = fc.record({
      p99LatencyMs: value,
      errorRate: value,
      falsePositiveRate: value,
      rowsPerSecond: fc.double({ min: 0, max: 300, noNaN: true }),
      waitedWholeWindow: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 60 }), (snapshots) => {
        const board = new AlertBoard();
        const active = new Set<string>();
        for (const moment of snapshots) {
          for (const change of changes(board, moment)) {
            const rule = change.slice(1);
            expect(active.has(rule)).toBe(change.startsWith('-'));
            if (change.startsWith('-')) active.delete(rule);
            else active.add(rule);
          }
          expect(new Set(board.active.map(({ rule }) => rule))).toEqual(active);
        }
      }),
    );
  });
});
