import type { ScoreResult } from 'fraud-scorer';
import { describe, expect, it } from 'vitest';
import { buildReport, type ReportParts } from '../../../examples/replay/report.js';
import { reportText } from '../../../examples/replay/report-text.js';
import { ResponseTimes } from '../../../examples/replay/response-times.js';
import { Tally } from '../../../examples/replay/tally.js';
import { exampleSummary, exampleVersions } from './summary-of.js';

function scored(fraudProbability: number): ScoreResult {
  return {
    source: 'model',
    decidedBy: 'policy',
    decision: fraudProbability > 0.8 ? 'BLOCK' : fraudProbability > 0.5 ? 'REVIEW' : 'APPROVE',
    fraudProbability,
    riskScore: 0,
    riskLevel: 'LOW',
    model: { name: 'visa-fraud', version: '1' },
    provider: 'cpu',
    timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
  };
}

function partsOf(tally: Tally, parts: Partial<ReportParts> = {}): ReportParts {
  return {
    input: '/data/transactions.csv.gz',
    stoppedBy: null,
    startedAtMs: Date.UTC(2026, 0, 1),
    durationSeconds: 2,
    ratePerSecond: undefined,
    labelDelayDays: 7,
    replay: { sent: tally.scored + tally.failed, tally, responseTimes: new ResponseTimes() },
    labels: { counts: { matched: 900, unmatched: 0, waiting: 100 } },
    skipped: { count: 0, first: [] },
    alerts: [],
    summary: exampleSummary(),
    ...parts,
  };
}

function exampleTally(): Tally {
  const tally = new Tally();
  // Ten legitimate, two frauds: one ranks first, one fifth.
  for (const probability of [0.1, 0.1, 0.1, 0.1, 0.2, 0.2, 0.2, 0.6, 0.7, 0.7])
    tally.countScored(scored(probability), false);
  tally.countScored(scored(0.9), true);
  tally.countScored(scored(0.4), true);
  tally.countScored(scored(0.99), undefined);
  return tally;
}

describe('buildReport', () => {
  it('compares the decisions of all transactions with all labels of the file', () => {
    const { quality, decisions, rows, throughputPerSecond } = buildReport(partsOf(exampleTally()));
    expect(decisions).toEqual({ APPROVE: 8, REVIEW: 3, BLOCK: 2 });
    expect(rows).toEqual({ read: 13, scored: 13, failed: 0, skipped: 0 });
    expect(throughputPerSecond).toBe(6.5);
    expect(quality).toMatchObject({
      labelled: 12,
      frauds: 2,
      fraudShare: 1 / 6,
      confusion: { truePositives: 1, falsePositives: 3, trueNegatives: 7, falseNegatives: 1 },
      precision: 0.25,
      detectionRate: 0.5,
      falsePositiveRate: 0.3,
    });
    expect(quality.rocAuc).toBeCloseTo(17 / 20, 12);
    expect(quality.averagePrecision).toBeCloseTo((1 + 2 / 5) / 2, 12);
    expect(quality.averagePrecisionLift).toBeCloseTo(4.2, 12);
  });

  it('gives null, not 0, where there are no values', () => {
    const { quality, throughputPerSecond, pacing } = buildReport(partsOf(new Tally(), { durationSeconds: 0 }));
    expect(throughputPerSecond).toBeNull();
    expect(pacing).toBeNull();
    expect(quality).toMatchObject({
      rocAuc: null,
      averagePrecision: null,
      averagePrecisionLift: null,
      fraudShare: null,
      precision: null,
      detectionRate: null,
      falsePositiveRate: null,
    });
  });

  it('counts rows that could not be scored or read, by cause', () => {
    const tally = exampleTally();
    tally.countFailed('ERR_INFERENCE');
    tally.countFailed('ERR_INFERENCE');
    tally.countFailed('ERR_WORKER_LOST');
    const row = { file: 'a.csv', line: 3, column: 'amount', expected: 'a number', received: 'text' };
    const report = buildReport(partsOf(tally, { skipped: { count: 4, first: [row] } }));
    expect(report.rows).toEqual({ read: 20, scored: 13, failed: 3, skipped: 4 });
    expect(report.errors).toEqual({ ERR_INFERENCE: 2, ERR_WORKER_LOST: 1 });
    expect(report.skippedRows).toEqual({ count: 4, first: [row] });
  });

  it('is plain JSON', () => {
    const report = buildReport(partsOf(exampleTally(), { ratePerSecond: 100 }));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report.startedAt).toBe('2026-01-01T00:00:00.000Z');
    expect(report.pacing).toEqual({ ratePerSecond: 100, responseMs: null });
  });
});

describe('reportText', () => {
  it('tells decisions, latency, quality and both comparisons with labels, in lines that fit a terminal', () => {
    const text = reportText(buildReport(partsOf(exampleTally())));
    expect(text).toContain('13 scored, 0 failed, 0 rows skipped');
    expect(text).toContain('8 APPROVE (61.5 %)  3 REVIEW (23.1 %)  2 BLOCK (15.4 %)');
    expect(text).toContain('P50 1.50 ms  P95 3.00 ms  P99 4.50 ms');
    expect(text).toMatch(/area under ROC +│ 0\.8500 /);
    expect(text).toMatch(/average precision +│ 0\.7000, 4\.2 times the share of fraud \(16\.7 %\)/);
    expect(text).toMatch(/│ labels +│ +900 │ +12 │/);
    expect(text).toMatch(/│ detection rate +│ +75\.0 % │ +50\.0 % │/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('tells what each version did, in lines that fit a terminal', () => {
    const summary = { ...exampleSummary(), deployments: exampleVersions() };
    const text = reportText(buildReport(partsOf(exampleTally(), { summary })));
    expect(text).toContain('scored by 3 versions of visa-fraud\n');
    expect(text).toMatch(/│ 1 +│ primary +│ +90\.0 % │ +1,000 │ +1\.2 % │ +0\.80 % │ 4\.50 ms │ +75\.0 % │ +1\.3 % │/);
    expect(text).toMatch(/│ 3 +│ shadow +│ +0\.0 % │ +0 │ +– │ +– │ 6\.00 ms │ +– │ +– │/);
    expect(text).toContain('2 challenger 10.0 %, less the primary:');
    expect(text).toContain('BLOCK   +1.20 % (+0.40 % to +2.00 %): they differ');
    expect(text).toContain('REVIEW  −0.10 % (−1.00 % to +0.80 %): no difference found');
    expect(text).toContain('11 of 958 flipped: 8 APPROVE → REVIEW');
    expect(text).toContain('score difference: mean 0.0123, P95 0.2000, PSI 0.0500');
    expect(text).toContain('not compared: 40 pressure, 2 late');
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect(text).not.toContain('\u001b');
  });

  it('names one model, and no versions, where one serves alone', () => {
    const text = reportText(buildReport(partsOf(exampleTally())));
    expect(text).toContain('scored by visa-fraud 1\n');
    expect(text).not.toMatch(/primary|shadow/);
  });

  it('has no colours of its own, so that it can go into a file', () => {
    expect(reportText(buildReport(partsOf(exampleTally())))).not.toContain('\u001b');
  });

  it('says what stopped it, what alerts there were, and the first of the rows that were skipped', () => {
    const row = { file: 'a.csv', line: 3, column: 'amount', expected: 'a number', received: 'text "x"' };
    const alert = {
      rule: 'latency' as const,
      severity: 'warning' as const,
      value: 120,
      threshold: 100,
      message: 'P99 latency of 120.0 ms',
      raisedSeconds: 1.23,
      clearedSeconds: null,
    };
    const text = reportText(
      buildReport(
        partsOf(exampleTally(), { stoppedBy: 'SIGINT', alerts: [alert], skipped: { count: 12, first: [row] } }),
      ),
    );
    expect(text).toContain('stopped by SIGINT');
    expect(text).toContain('P99 latency of 120.0 ms (after 1.2 s)');
    expect(text).toContain('12 rows skipped:\n  line 3, amount: expected a number, received text "x"\n  and 11 more');
  });

  it('shows a dash where there is no value', () => {
    const text = reportText(buildReport(partsOf(new Tally())));
    expect(text).toMatch(/area under ROC +│ – /);
    expect(text).toMatch(/average precision +│ – /);
  });
});
