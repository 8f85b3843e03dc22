import { describe, expect, it } from 'vitest';
import type { AlertOptions, AlertSnapshot, VersionSnapshot } from '../../../../src/api/alerts.js';
import { ruleNames } from '../../../../src/monitoring/alerts/rule-table.js';
import { boardOf, calmTraffic, calmVersion, resolvedAlerts, snapshotOf } from '../../../support/alerts.js';

const calm = snapshotOf();
const minutes = (failed: number, requests = 100_000) => ({ requests, failed });
const quiet = calm.failures;

/** A calm primary, and a version beside it. */
const beside = (parts: Partial<VersionSnapshot>): AlertSnapshot =>
  snapshotOf({ versions: [calmVersion, { ...calmVersion, version: '2', role: 'challenger', traffic: 0.1, ...parts }] });

const coverageOf = (labelled: number, decided = 100_000) => ({ decided, labelled, coverage: labelled / decided });

const shadowOf = (flipped: number, compared = 1_000) => beside({ role: 'shadow', flips: { compared, flipped } });

describe('the rules', () => {
  // How many looks in a row it takes, and what is seen.
  const breaches: [string, number, AlertSnapshot, AlertOptions?][] = [
    ['latency', 1, snapshotOf({ recent: { p99LatencyMs: 101 } })],
    ['throughput', 1, snapshotOf({ waitedWholeWindow: true, recent: { rowsPerSecond: 99 } })],
    ['errorRate', 1, snapshotOf({ recent: { errorRate: 0.011 } })],
    ['fallbackRate', 1, snapshotOf({ recent: { fallbackRate: 0.051 } })],
    ['memory', 1, snapshotOf({ memoryGb: 8.1 })],
    ['falsePositiveRate', 1, snapshotOf({ labels: { recent: 500, falsePositiveRate: 0.051 } })],
    ['failover', 1, snapshotOf({ failover: 'Version "2" has handed over to "1": it had no worker for 300 ms' })],
    ['workers', 1, snapshotOf({ workers: { ready: 1, configured: 2, troubled: 1 } })],
    ['targetLatency', 15, snapshotOf({ recent: { p99LatencyMs: 11 } })],
    ['fastBurnRate', 1, snapshotOf({ failures: { ...quiet, lastHour: minutes(145), last5Minutes: minutes(145) } })],
    ['slowBurnRate', 1, snapshotOf({ failures: { ...quiet, last6Hours: minutes(61), last30Minutes: minutes(61) } })],
    ['queueDepth', 3, snapshotOf({ queue: { depth: 801, maxDepth: 1_000 } })],
    ['drift@2', 1, beside({ drift: { rows: 2_000, psi: 0.26, worst: 'amount' } })],
    ['shadowFlips@2', 1, shadowOf(101)],
    ['labelCoverage@2', 1, beside({ coverage: coverageOf(100) }), { minLabelCoverage: 0.01 }],
    ['sampleRatio', 60, snapshotOf({ sampleRatioP: 0.00001 })],
    ['calibration@2', 1, beside({ calibration: { labels: 5_000, error: 0.06 } })],
  ];

  it('are all tried here', () => {
    expect(breaches.map(([rule]) => rule.replace('@2', ''))).toEqual(ruleNames);
  });

  it.each(breaches)('%s is raised once and cleared once', (rule, looks, breach, options) => {
    const { board, look } = boardOf(options);
    expect(look(calm)).toEqual([]);
    for (let times = 1; times < looks; times += 1) expect(look(breach)).toEqual([]);
    expect(look(breach)).toEqual([`+${rule}`]);
    expect(look(breach)).toEqual([]);
    expect(board.active.map((alert) => alert.rule)).toEqual([rule.replace('@2', '')]);
    expect(look(calm)).toEqual([`-${rule}`]);
    expect(look(calm)).toEqual([]);
    expect(board.active).toEqual([]);
  });

  it.each(breaches)('%s can be switched off', (rule, looks, breach) => {
    const name = rule.replace('@2', '');
    const { look } = boardOf({ minLabelCoverage: 0.01, rules: { [name]: false } });
    for (let times = 0; times <= looks; times += 1) expect(look(breach)).toEqual([]);
  });

  it.each(breaches)('%s gives the value, the limit and what to look at first', (_, looks, breach, options) => {
    const { board, look } = boardOf(options);
    for (let times = 0; times < looks; times += 1) look(breach);
    const [alert] = board.active;
    expect(alert?.advice).toMatch(/^[A-Z].{20}/);
    expect(alert?.message.endsWith(`. ${alert.advice}`)).toBe(true);
    if (alert?.rule !== 'failover') expect(alert?.message).toMatch(/(allowed|expected|of \d+ workers) ?/);
  });

  it('take other limits, volumes, severities and numbers of looks', () => {
    const { board, look } = boardOf({
      maxErrorRate: 0.5,
      rules: { errorRate: { severity: 'critical', minimumVolume: 2, raiseAfter: 2, clearAfter: 3, clearAt: 0.1 } },
    });
    const failing = snapshotOf({ recent: { requests: 3, errorRate: 0.6 } });
    expect([look(failing), look(failing)]).toEqual([[], ['+errorRate']]);
    expect(board.active).toMatchObject([{ severity: 'critical', threshold: 0.5 }]);
    const better = snapshotOf({ recent: { errorRate: 0.11 } });
    for (let times = 0; times < 5; times += 1) expect(look(better)).toEqual([]);
    expect([look(calm), look(calm), look(better)]).toEqual([[], [], []]);
    expect([look(calm), look(calm), look(calm)]).toEqual([[], [], ['-errorRate']]);
  });

  it('are critical beyond twice their threshold, where they have no severity of their own', () => {
    const { evaluate } = boardOf();
    const { raised } = evaluate(
      snapshotOf({ at: 77, waitedWholeWindow: true, recent: { p99LatencyMs: 250.04, rowsPerSecond: 60 } }),
    );
    expect(raised).toMatchObject([
      {
        ...{ rule: 'latency', severity: 'critical', version: null, value: 250.04, threshold: 100, since: 77 },
        message: expect.stringMatching(/^P99 latency of 250\.0 ms over 10 s, allowed 100 ms\. Compare queueMs /),
      },
      {
        ...{ rule: 'throughput', severity: 'warning', version: null, value: 60, threshold: 100, since: 77 },
        message: expect.stringMatching(/^60\.0 rows\/s while requests waited for 10 s, expected 100 rows\/s\. Look /),
      },
    ]);
  });

  it('wait for labels for no longer than days are kept', () => {
    expect(resolvedAlerts({ labelDelayDays: 89 }).labelDelayDays).toBe(89);
    for (const labelDelayDays of [90, -1, 0.5, Number.NaN]) {
      expect(() => resolvedAlerts({ labelDelayDays })).toThrow(/alerts\.labelDelayDays: expected an integer/);
    }
  });

  it('say nothing of an idle host', () => {
    const none = { ...calmTraffic, requests: 0, settled: 0, latencySamples: 0, rowsPerSecond: 0 };
    const rates = { errorRate: null, fallbackRate: null, p99LatencyMs: null };
    const recent = { ...none, ...rates };
    const idle = snapshotOf({
      recent,
      labels: { recent: 0, falsePositiveRate: null },
      versions: [
        {
          ...{ ...calmVersion, recent, decisions: 0, labelled: 0 },
          labels: { recent: 0, falsePositiveRate: null },
          coverage: { decided: 0, labelled: 0, coverage: null },
        },
      ],
    });
    const { look } = boardOf({ minLabelCoverage: 0.5, minThroughputPerSecond: 1e9 });
    for (let times = 0; times < 100; times += 1) expect(look(idle)).toEqual([]);
  });

  it('can be cleared, however near the limit of a share is to 1', () => {
    for (const limit of [0.05, 0.5, 0.95, 1]) {
      const { look } = boardOf({
        ...{ minLabelCoverage: limit, minSampleRatioP: limit },
        rules: { sampleRatio: { raiseAfter: 1 } },
      });
      const at = (coverage: number, sampleRatioP: number): AlertSnapshot =>
        snapshotOf({ sampleRatioP, versions: [{ ...calmVersion, coverage: { ...coverageOf(1), coverage } }] });
      expect(look(at(0.01, 0.01)), String(limit)).toEqual(['+labelCoverage@1', '+sampleRatio']);
      expect(look(at(limit, limit)), String(limit)).toEqual(limit === 1 ? ['-labelCoverage@1', '-sampleRatio'] : []);
      if (limit < 1) expect(look(at(1, 1)), String(limit)).toEqual(['-labelCoverage@1', '-sampleRatio']);
    }
  });

  it('neither raise nor clear what only requests can change while there are none', () => {
    const { look } = boardOf();
    const drifted = beside({ drift: { rows: 2_000, psi: 0.3, worst: 'amount' } });
    const idle = { recent: { ...calmTraffic, settled: 0 } };
    expect(look({ ...drifted, ...idle })).toEqual([]);
    expect(look(drifted)).toEqual(['+drift@2']);
    expect(look({ ...beside({}), ...idle })).toEqual([]);
    expect(look(beside({}))).toEqual(['-drift@2']);
  });

  it('judge drift by whatever rows the window says something of: `drift.minRows` may be few', () => {
    const { look } = boardOf();
    expect(look(beside({ drift: { rows: 16, psi: 0.3, worst: 'amount' } }))).toEqual(['+drift@2']);
    const { look: ofMany } = boardOf({ rules: { drift: { minimumVolume: 500 } } });
    expect(ofMany(beside({ drift: { rows: 499, psi: 0.3, worst: 'amount' } }))).toEqual([]);
  });

  it('neither raise nor clear the memory where the system does not tell it', () => {
    const { look } = boardOf();
    expect(look(snapshotOf({ memoryGb: null }))).toEqual([]);
    expect(look(snapshotOf({ memoryGb: 9 }))).toEqual(['+memory']);
    expect(look(snapshotOf({ memoryGb: null }))).toEqual([]);
    expect(look(calm)).toEqual(['-memory']);
  });

  it('ignore a worker that died and is being replaced', () => {
    expect(boardOf().look(snapshotOf({ workers: { ready: 0, configured: 2, troubled: 0 } }))).toEqual([]);
  });

  it('say nothing of a low throughput unless work was waiting the whole window', () => {
    expect(boardOf().look(snapshotOf({ recent: { rowsPerSecond: 1 } }))).toEqual([]);
  });
});

describe('the rules of several versions', () => {
  const failing = { ...calmTraffic, errorRate: 0.6 };

  it('find the version that fails, though all together do not', () => {
    const { board, look } = boardOf();
    expect(look(beside({ recent: failing }))).toEqual(['+errorRate@2']);
    expect(board.active).toMatchObject([
      {
        version: '2',
        message: expect.stringMatching(/^Version "2": Error rate of 60\.0% over 10 s, allowed 1\.0%\. /),
      },
    ]);
  });

  it('find the version that flags good customers, though all together do not', () => {
    const { board, look } = boardOf();
    expect(look(beside({ labels: { recent: 40, falsePositiveRate: 0.2 } }))).toEqual(['+falsePositiveRate@2']);
    expect(board.active).toMatchObject([
      { rule: 'falsePositiveRate', version: '2', message: expect.stringContaining('False positive rate of 20.0%') },
    ]);
    expect(look(beside({ labels: { recent: 9, falsePositiveRate: 0.2 } }))).toEqual(['-falsePositiveRate@2']);
    // One version that answers alone is judged by all labels.
    expect(look(snapshotOf({ labels: { recent: 40, falsePositiveRate: 0.2 } }))).toEqual(['+falsePositiveRate']);
  });

  it('clear the alert of a version that has ended, on an idle host too', () => {
    for (const rule of ['errorRate', 'drift']) {
      const { look } = boardOf({ rules: { [rule]: { clearAfter: 100 } } });
      const recent = rule === 'errorRate' ? failing : calmTraffic;
      expect(look(beside({ recent, drift: rule === 'drift' ? { rows: 900, psi: 1, worst: 'x' } : null }))).toEqual([
        `+${rule}@2`,
      ]);
      expect(look(snapshotOf({ recent: { settled: 0 } }))).toEqual([`-${rule}@2`]);
    }
  });

  it('judge one version that answers alone by all of the traffic', () => {
    const standby = beside({ role: 'standby', traffic: 0, recent: failing });
    expect(boardOf().look(standby)).toEqual([]);
    expect(boardOf().look(snapshotOf({ versions: [{ ...calmVersion, recent: failing }] }))).toEqual([]);
  });
});

describe('what is wrong with the health', () => {
  it('is what alerts have found, without the advice, but for those that leave answers as they are', () => {
    const { board, look } = boardOf();
    look(shadowOf(900));
    expect(board.findings).toEqual([]);
    look({ ...shadowOf(900), memoryGb: 9 });
    expect(board.findings).toEqual(['Resident memory of 9.00 GiB, allowed 8 GiB']);
    expect(board.active).toHaveLength(2);
  });
});

describe('the history', () => {
  it('has when each alert was raised and cleared, the latest first', () => {
    const { board, look } = boardOf();
    const bad = snapshotOf({ at: 1_000, memoryGb: 9 });
    look(bad);
    look(snapshotOf({ at: 5_000 }));
    look({ ...bad, at: 9_000 });
    expect(board.summary.history).toMatchObject([
      { rule: 'memory', since: 9_000, clearedAt: null },
      { rule: 'memory', since: 1_000, clearedAt: 5_000 },
    ]);
    expect(board.summary.active).toMatchObject([{ rule: 'memory', since: 9_000 }]);
  });

  it('keeps the last 100', () => {
    const { board, look } = boardOf();
    for (let at = 1; at <= 150; at += 1) {
      look(snapshotOf({ at, memoryGb: 9 }));
      look(snapshotOf({ at, memoryGb: 1 }));
    }
    const since = board.summary.history.map((record) => record.since);
    expect([since.length, since[0], since.at(-1)]).toEqual([100, 150, 51]);
  });

  it('is a copy, and so is what stands', () => {
    const { board, look } = boardOf();
    look(snapshotOf({ memoryGb: 9 }));
    for (const alert of [...board.summary.history, ...board.summary.active]) alert.rule = 'changed';
    expect([...board.summary.history, ...board.active].map(({ rule }) => rule)).toEqual(['memory', 'memory']);
  });
});
