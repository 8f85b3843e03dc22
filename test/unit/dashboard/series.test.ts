import { describe, expect, it } from 'vitest';
import type { DashboardPoint } from '../../../src/api/dashboard.js';
import { Series } from '../../../src/dashboard/series.js';

const point = (at: number, values: Partial<DashboardPoint> = {}): DashboardPoint => ({
  at,
  answered: 100,
  failed: 0,
  rejected: 0,
  approved: 90,
  reviewed: 6,
  blocked: 4,
  p50: 1,
  p95: 2,
  p99: 3,
  batchMean: 8,
  batchMax: 32,
  queued: 0,
  inFlight: 1,
  memoryGb: 0.5,
  ...values,
});

const minute = 60_000;

describe('Series', () => {
  it('holds a bounded number of points however long the page is open', () => {
    const series = new Series();
    let largest = 0;
    for (let second = 0; second < 24 * 3_600; second += 1) {
      series.add(point(second * 1_000));
      largest = Math.max(largest, series.size);
    }
    expect(largest).toBeLessThanOrEqual(900 + 100 + 720 + 120);
    const now = 24 * 3_600_000;
    expect(series.window(15 * minute, now, ['p99']).at).toHaveLength(900);
    expect(series.window(720 * minute, now, ['p99']).at.length).toBeGreaterThan(700);
  });

  it('keeps the highest P99 of a minute, and the mean of its throughput', () => {
    const series = new Series();
    for (let second = 0; second < 120; second += 1) {
      series.add(point(second * 1_000, { p99: second === 30 ? 50 : 3, answered: second < 30 ? 0 : 100 }));
    }
    const { values } = series.window(720 * minute, 120_000, ['p99', 'answered']);
    expect(values.get('p99')).toEqual([50, 3]);
    expect(values.get('answered')).toEqual([50, 100]);
  });

  it('leaves a hole where nothing was seen, and takes no second twice', () => {
    const series = new Series();
    for (const at of [1_000, 2_000, 2_000, 1_000, 20_000]) series.add(point(at));
    expect(series.window(15 * minute, 20_000, ['p99']).values.get('p99')).toEqual([3, 3, null, 3]);
  });
});
