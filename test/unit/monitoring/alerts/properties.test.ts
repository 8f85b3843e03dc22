import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertRuleOptions, AlertSnapshot } from '../../../../src/api/alerts.js';
import { calm, defaultClearAt, type RuleState, step } from '../../../../src/monitoring/alerts/hysteresis.js';
import { ruleNames } from '../../../../src/monitoring/alerts/rule-table.js';
import { boardOf, calmVersion, snapshotOf } from '../../../support/alerts.js';

const value = fc.option(fc.double({ min: 0, max: 300, noNaN: true }));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const count = fc.nat(3_000);

const traffic = fc.record({
  requests: count,
  settled: count,
  latencySamples: count,
  p99LatencyMs: value,
  errorRate: value,
  fallbackRate: value,
  rowsPerSecond: fc.double({ min: 0, max: 300, noNaN: true }),
});
const failures = fc.tuple(count, share).map(([requests, part]) => ({ requests, failed: Math.floor(requests * part) }));
const version = fc.record({
  version: fc.constantFrom('1', '2', '3'),
  role: fc.constantFrom('primary' as const, 'challenger' as const, 'shadow' as const),
  recent: traffic,
  labels: fc.record({ recent: count, falsePositiveRate: fc.option(share) }),
  coverage: fc.record({ decided: count, labelled: count, coverage: fc.option(share) }),
  drift: fc.option(fc.record({ rows: count, psi: share, worst: fc.constant('amount') })),
  flips: fc.option(failures.map(({ requests, failed }) => ({ compared: requests, flipped: failed }))),
  calibration: fc.option(fc.record({ labels: count, error: share })),
});
const snapshot = fc
  .record({
    recent: traffic,
    waitedWholeWindow: fc.boolean(),
    failures: fc.record({
      last5Minutes: failures,
      last30Minutes: failures,
      lastHour: failures,
      last6Hours: failures,
    }),
    queue: fc.record({ depth: count, maxDepth: fc.constant(2_000) }),
    memoryGb: fc.option(fc.double({ min: 0, max: 20, noNaN: true })),
    troubled: fc.nat(2),
    labels: fc.record({ recent: count, falsePositiveRate: fc.option(share) }),
    failover: fc.option(fc.constant('it had no worker')),
    records: fc.option(fc.constant('the disk is full (ENOSPC)')),
    sampleRatioP: fc.option(fc.double({ min: 0, max: 0.002, noNaN: true })),
    versions: fc.uniqueArray(version, { maxLength: 3, selector: (one) => one.version }),
  })
  .map(
    ({ troubled, versions, ...rest }): AlertSnapshot => ({
      ...snapshotOf(rest),
      workers: { ready: 2 - troubled, configured: 2, troubled },
      versions: versions.map((parts) => ({
        ...calmVersion,
        ...parts,
        recent: { ...calmVersion.recent, ...parts.recent },
      })),
    }),
  );

const overrides: fc.Arbitrary<AlertRuleOptions> = fc.record(
  {
    raiseAfter: fc.integer({ min: 1, max: 4 }),
    clearAfter: fc.integer({ min: 1, max: 4 }),
    minimumVolume: fc.nat(2_000),
  },
  { requiredKeys: [] },
);
const rules = fc.dictionary(fc.constantFrom(...ruleNames), overrides);

describe('whatever is seen', () => {
  it('raised and cleared take turns, for every rule and version, and the history tells the same', () => {
    fc.assert(
      fc.property(rules, fc.array(snapshot, { maxLength: 40 }), (ofRules, snapshots) => {
        const { board, look } = boardOf({ minLabelCoverage: 0.5, rules: ofRules });
        const active = new Set<string>();
        let raised = 0;
        for (const [at, moment] of snapshots.entries()) {
          for (const change of look({ ...moment, at })) {
            const what = change.slice(1);
            expect(active.has(what)).toBe(change.startsWith('-'));
            if (change.startsWith('-')) active.delete(what);
            else active.add(what);
            raised += change.startsWith('+') ? 1 : 0;
          }
          const names = board.active.map(
            (alert) => `${alert.rule}${alert.version === null ? '' : `@${alert.version}`}`,
          );
          expect(new Set(names)).toEqual(active);
        }
        const { history } = board.summary;
        expect(history).toHaveLength(Math.min(raised, 100));
        expect(history.filter(({ clearedAt }) => clearedAt === null).length).toBe(Math.min(active.size, 100));
        for (const { since, clearedAt } of history) expect(clearedAt ?? since).toBeGreaterThanOrEqual(since);
      }),
      { numRuns: 100 },
    );
  });

  it('nothing is raised of less volume than the minimum', () => {
    fc.assert(
      fc.property(fc.array(snapshot, { maxLength: 40 }), (snapshots) => {
        const least = { minimumVolume: 3_001 };
        const { look } = boardOf({
          minLabelCoverage: 0.5,
          rules: {
            ...{
              latency: least,
              targetLatency: least,
              errorRate: least,
              fallbackRate: least,
              falsePositiveRate: least,
            },
            ...{ fastBurnRate: least, slowBurnRate: least, drift: least, shadowFlips: least, calibration: least },
            ...{ labelCoverage: { minimumVolume: 1e6 } },
          },
        });
        const raised = snapshots.flatMap(look).filter((change) => change.startsWith('+'));
        const withoutVolume = [
          '+throughput',
          '+memory',
          '+workers',
          '+failover',
          '+records',
          '+queueDepth',
          '+sampleRatio',
        ];
        expect(raised.filter((change) => !withoutVolume.includes(change))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('hysteresis', () => {
  const limits = fc.record({
    bad: fc.constantFrom('above' as const, 'below' as const),
    threshold: fc.double({ min: -50, max: 50, noNaN: true }),
    raiseAfter: fc.integer({ min: 1, max: 4 }),
    clearAfter: fc.integer({ min: 1, max: 4 }),
    minimumVolume: fc.nat(20),
  });
  const seen = fc.record({ value: fc.option(fc.double({ min: -60, max: 60, noNaN: true })), volume: fc.nat(40) });

  it('raises after so many looks beyond the threshold, and clears after so many that are well back', () => {
    fc.assert(
      fc.property(limits, fc.array(seen, { maxLength: 80 }), (ofRule, series) => {
        const rule = { ...ofRule, clearAt: null };
        const clearAt = defaultClearAt(rule.bad, rule.threshold);
        let state: RuleState = calm;
        let isRaised = false;
        // The model: what the last looks were, as words.
        let past: ('beyond' | 'between' | 'back')[] = [];
        for (const { value, volume } of series) {
          const judged = volume < rule.minimumVolume ? null : value;
          const sign = rule.bad === 'above' ? 1 : -1;
          const word =
            judged === null || sign * (judged - clearAt) <= 0
              ? 'back'
              : sign * (judged - rule.threshold) > 0
                ? 'beyond'
                : 'between';
          past.push(word);
          const next = step(state, rule, { version: null, value, volume });
          const lastAll = (looks: number, wanted: string): boolean =>
            past.length >= looks && past.slice(-looks).every((one) => one === wanted);
          const expected = isRaised
            ? lastAll(rule.clearAfter, 'back')
              ? 'cleared'
              : null
            : lastAll(rule.raiseAfter, 'beyond')
              ? 'raised'
              : null;
          expect(next.change).toBe(expected);
          if (expected !== null) {
            isRaised = !isRaised;
            past = [];
          }
          state = next.state;
        }
      }),
    );
  });

  it('has a value that hovers about its threshold raise once', () => {
    const { look } = boardOf({ rules: { targetLatency: false } });
    const seenAt = [101, 99, 101, 95, 102, 91, 89, 99, 101];
    const changes = seenAt.flatMap((p99LatencyMs) => look(snapshotOf({ recent: { p99LatencyMs } })));
    expect(changes).toEqual(['+latency', '-latency', '+latency']);
  });
});
