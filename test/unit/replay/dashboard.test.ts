import { describe, expect, it } from 'vitest';
import { dashboard } from '../../../examples/replay/dashboard.js';
import type { Progress } from '../../../examples/replay/progress.js';
import { progressLine } from '../../../examples/replay/progress-line.js';
import { exampleDeployment, exampleSummary, exampleVersions } from './summary-of.js';

const PROGRESS: Progress = {
  elapsedSeconds: 10,
  sent: 1_000,
  skipped: 0,
  failed: 0,
  expected: 4_000,
  fraction: 0.25,
  dataTimeMs: Date.UTC(2018, 3, 2, 13, 45),
  summary: exampleSummary(),
};

const ALERT = {
  rule: 'latency' as const,
  severity: 'warning' as const,
  value: 120,
  threshold: 100,
  since: 0,
  version: null,
  message: 'P99 latency of 120.0 ms over 10 s, allowed 100 ms. Look at the queue',
  advice: 'Look at the queue',
};

describe('dashboard', () => {
  it('shows how far it is, throughput, percentiles, decisions, errors and alerts', () => {
    const text = dashboard(PROGRESS, 80);
    expect(text).toMatch(/25 % {2}█+░+\n {2}1,000 of 4,000 {2}10\.0 s {2}30\.0 s left {2}at 2018-04-02 13:45/);
    expect(text).toMatch(/last 10 s +12,345\/s +P50 1\.50 ms +P95 3\.00 ms +P99 4\.50 ms/);
    expect(text).toMatch(/decisions +980 APPROVE +12 REVIEW +8 BLOCK/);
    expect(text).toMatch(/labels known +900 +detected 75\.0 % +false positives 1\.3 %/);
    expect(text).toMatch(/errors +none/);
    expect(text).toMatch(/alerts +none/);
  });

  it('shows what went wrong', () => {
    const summary = { ...exampleSummary(), activeAlerts: [ALERT] };
    const text = dashboard({ ...PROGRESS, failed: 3, skipped: 2, summary }, 80);
    expect(text).toMatch(/errors +3 +2 rows skipped/);
    expect(text).toMatch(/alerts +P99 latency of 120\.0 ms over 10 s, allowed 100 ms\n/);
  });

  it('shows the versions that serve, with roles and shares, and the flips of a shadow', () => {
    const text = dashboard({ ...PROGRESS, summary: { ...exampleSummary(), deployments: exampleVersions() } }, 80);
    expect(text).toMatch(/model +visa-fraud, 2 workers on cpu\n/);
    expect(text).toMatch(/versions +1 primary 90\.0 % +2 challenger 10\.0 % +3 shadow\n/);
    expect(text).toMatch(/shadow 3 +11 of 958 flipped: 8 APPROVE → REVIEW, 2 REVIEW → BLOCK, 1 APPROVE → BLOCK$/);
  });

  it('stays as it is where one model serves alone, whatever has retired', () => {
    const retired = exampleDeployment({ version: '0', role: 'retired', traffic: 0 });
    const summary = { ...exampleSummary(), deployments: [exampleDeployment(), retired] };
    expect(dashboard({ ...PROGRESS, summary }, 80)).toBe(dashboard(PROGRESS, 80));
    expect(dashboard(PROGRESS, 80)).toMatch(/model +visa-fraud 1, 2 workers on cpu$/);
  });

  it.each([20, 60, 80, 100, 250])('keeps its bar within a terminal of %i columns', (columns) => {
    for (const fraction of [0, 0.5, 1]) {
      const bar = dashboard({ ...PROGRESS, fraction }, columns).split('\n')[1];
      expect(bar?.length).toBeLessThanOrEqual(Math.max(columns, 20));
    }
  });

  it('shows something before anything has happened', () => {
    const text = dashboard({ ...PROGRESS, sent: 0, fraction: 0, expected: undefined, dataTimeMs: Number.NaN }, 80);
    expect(text).toMatch(/ 0 % /);
    expect(text).not.toMatch(/NaN|undefined|null/);
  });
});

describe('progressLine', () => {
  it('tells the same in one line of plain text', () => {
    const line = progressLine({ ...PROGRESS, skipped: 2, summary: { ...exampleSummary(), activeAlerts: [ALERT] } });
    expect(line.trim()).toBe(
      '10.0 s |  25 % | 1,000 sent | 12,345/s | P50 1.50 ms, P95 3.00 ms, P99 4.50 ms | 12 REVIEW, 8 BLOCK | ' +
        'detected 75.0 % | 0 failed | 2 skipped | ALERT latency',
    );
  });

  it('adds the versions that serve, where there are several', () => {
    const line = progressLine({ ...PROGRESS, summary: { ...exampleSummary(), deployments: exampleVersions() } });
    expect(line).toContain(' | 0 failed | 1 primary 90.0 %, 2 challenger 10.0 %, 3 shadow (11 flips)');
  });
});
