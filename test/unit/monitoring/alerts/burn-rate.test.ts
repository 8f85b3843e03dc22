import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert, AlertOptions } from '../../../../src/api/alerts.js';
import { AlertWatch } from '../../../../src/monitoring/alerts/alert-watch.js';
import { burnRate } from '../../../../src/monitoring/alerts/burn-rate.js';
import { MinuteRing } from '../../../../src/monitoring/alerts/minute-ring.js';
import { resolvedAlerts, targetLatencyMs } from '../../../support/alerts.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { noFaults } from '../../../support/no-faults.js';

/** Requests of one second, in the simulations. */
const perSecond = 1_000;

/** Alerts on a simulated clock, of requests of which a share fails. */
function simulation(alerts: AlertOptions = {}) {
  const clock = new FakeClock();
  const begunAt = clock.now();
  const events: { what: string; minute: number; alert: Alert }[] = [];
  const note = (sign: string) => (alert: Alert) => {
    const minute = Math.round((clock.now() - begunAt) / 600) / 100;
    events.push({ what: sign + alert.rule, minute, alert });
  };
  const watch = new AlertWatch({
    clock,
    alerts: resolvedAlerts(alerts),
    sources: {
      versions: () => [],
      waitingSince: () => null,
      workers: () => ({ ready: 1, configured: 1, troubled: 0 }),
      failover: () => null,
    },
    targetLatencyMs,
    maxQueueSize: 1_000,
    onAlert: note('+'),
    onAlertCleared: note('-'),
    onHostRuleFailure: noFaults,
    onFault: noFaults,
  });
  const reading = { memoryGb: null, labels: { recent: 0, falsePositiveRate: null } };
  const run = (minutes: number, failing: number, requests = perSecond): void => {
    for (let second = 0; second < minutes * 60; second += 1) {
      clock.advance(1_000);
      watch.snapshots.recordSecond({ requests, failed: requests * failing });
      watch.look({ histories: [], windowMs: 10_000, wholeWindowMs: 10_000, ...reading });
    }
  };
  /** Seven hours of sound requests, minute by minute: more than any window. */
  const runSoundly = (): void => {
    for (let minute = 0; minute < 420; minute += 1) {
      clock.advance(30_000);
      watch.snapshots.recordSecond({ requests: 60 * perSecond, failed: 0 });
      clock.advance(30_000);
    }
  };
  return { run, runSoundly, events, whats: () => events.map(({ what, minute }) => [what, minute]) };
}

describe('the burn rate', () => {
  it('is how many times more requests fail than the target allows, in the window with the lower rate', () => {
    expect(burnRate({ requests: 60_000, failed: 120 }, { requests: 5_000, failed: 100 }, 0.9999)).toBeCloseTo(20, 6);
    expect(burnRate({ requests: 60_000, failed: 120 }, { requests: 5_000, failed: 1 }, 0.9999)).toBeCloseTo(2, 6);
    expect(burnRate({ requests: 60_000, failed: 120 }, { requests: 5_000, failed: 100 }, 0.99)).toBeCloseTo(0.2, 6);
  });

  it('is not known without requests, or of a failure or two', () => {
    expect(burnRate({ requests: 0, failed: 0 }, { requests: 0, failed: 0 }, 0.9999)).toBeNull();
    expect(burnRate({ requests: 900, failed: 900 }, { requests: 0, failed: 0 }, 0.9999)).toBeNull();
    expect(burnRate({ requests: 2_000, failed: 4 }, { requests: 100, failed: 4 }, 0.9999)).toBeNull();
  });
});

describe('the burn rate alerts, with a target of 99.99%', () => {
  it('find an outage of 5 minutes at 2% errors after 4.3 of them, and are cleared 4 minutes after it', () => {
    const { run, runSoundly, events, whats } = simulation();
    runSoundly();
    run(5, 0.02);
    run(40, 0);
    // The hour is over whole minutes, the current one included: after t minutes of outage it is 59 minutes and what has gone by of the
    // current one, 59.28 here. 2% · 4.28 / 59.28 = 0.1445%, which is 14.45 times the 0.01% that may fail; a second before it is 14.398.
    // Over 6 hours it is at most 2% · 5 / 359 = 2.8 times, which is below 6.
    // Over 5 minutes it is below 0.9 · 14.4 once the last minute of the outage has left them, 4 minutes after its end.
    expect(whats()).toEqual([
      ['+fastBurnRate', expect.closeTo(424.28, 1)],
      ['-fastBurnRate', expect.closeTo(429, 1)],
    ]);
    expect(events[0]?.alert).toMatchObject({ severity: 'critical', threshold: 14.4 });
    expect(events[0]?.alert.message).toMatch(
      /^5140 of 3557000 requests failed in 1 h and 5140 of 257000 requests failed in 5 min: the error budget of 99\.99% availability is used up 14\.5 times too fast, allowed 14\.4 times\. Act now/,
    );
  });

  it('find an outage of all requests within seconds', () => {
    const { run, runSoundly, whats } = simulation();
    runSoundly();
    run(1, 1);
    // 100% for t seconds of an hour, 10,000 times the allowed share, is 14.4 times it after 5.2 seconds; the same over 6 hours, and
    // 6 times, after 13 seconds.
    expect(whats()).toEqual([
      ['+fastBurnRate', expect.closeTo(420 + 6 / 60, 1)],
      ['+slowBurnRate', expect.closeTo(420 + 13 / 60, 1)],
    ]);
  });

  it('find with the slow alert what is too small for the fast one', () => {
    const { run, runSoundly, whats } = simulation();
    runSoundly();
    // 0.1% is 10 times the allowed share: never 14.4 times. Over 6 hours it is 6 times after 0.6 · 360 minutes.
    run(300, 0.001);
    run(60, 0);
    expect(whats()).toEqual([
      ['+slowBurnRate', expect.closeTo(420 + 216, -0.5)],
      // The half hour falls below 0.9 · 6 once 46% of it, 14 minutes, are sound.
      ['-slowBurnRate', expect.closeTo(720 + 14, -0.5)],
    ]);
  });

  it('ignore errors within the target, and a short burst', () => {
    const { run, whats } = simulation();
    run(70, 0.0001);
    run(1, 0.02);
    run(10, 0.0001);
    expect(whats()).toEqual([]);
  });

  it('say nothing of a few failures of little traffic, and nothing of an idle host', () => {
    const { run, whats } = simulation();
    run(60, 0, 1);
    run(1 / 60, 1, 4);
    run(60, 0, 1);
    run(70, 0, 0);
    expect(whats()).toEqual([]);
  });

  it('are cleared once nothing comes any more', () => {
    const { run, whats } = simulation();
    run(2, 1);
    run(40, 0, 0);
    expect(whats().map(([what]) => what)).toEqual(['+fastBurnRate', '+slowBurnRate', '-fastBurnRate', '-slowBurnRate']);
  });

  it('take another target and other rates', () => {
    const { run, whats } = simulation({ availabilityTarget: 0.9, maxFastBurnRate: 2, rules: { slowBurnRate: false } });
    run(60, 0.19);
    expect(whats()).toEqual([]);
    run(60, 0.25);
    expect(whats()).toEqual([['+fastBurnRate', expect.closeTo(60 + 10, -0.5)]]);
  });
});

describe('the ring of minutes', () => {
  it('adds up what a list of all would', () => {
    const event = fc.record({ afterMs: fc.nat(400_000), total: fc.nat(100), part: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), fc.integer({ min: 1, max: 12 }), (events, minutes) => {
        const ring = new MinuteRing(10);
        const all: { minute: number; total: number; part: number }[] = [];
        let now = 0;
        for (const { afterMs, total, part } of events) {
          now += afterMs;
          ring.add(now, total, part);
          if (total > 0) all.push({ minute: Math.floor(now / 60_000), total, part });
          const first = Math.floor(now / 60_000) - Math.min(minutes, 10) + 1;
          const recent = all.filter(({ minute }) => minute >= first);
          const sum = (of: 'total' | 'part') => recent.reduce((all, one) => all + one[of], 0);
          expect(ring.sum(now, minutes)).toEqual({ requests: sum('total'), failed: sum('part') });
        }
      }),
    );
  });
});
