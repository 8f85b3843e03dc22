import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../../src/api/result.js';
import { LabelCounts } from '../../../../src/monitoring/labels/label-counts.js';
import { dayOf } from '../../../../src/monitoring/labels/label-days.js';
import { readCoverage, readLabels } from '../../../../src/monitoring/labels/label-reading.js';
import { OutcomeStore } from '../../../../src/monitoring/labels/outcomes.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { NaiveLabels } from './naive-labels.js';

const dayMs = 86_400_000;
const amounts = (amount: number | null): Float64Array => Float64Array.of(amount ?? Number.NaN);

function rig(limits = { maxPending: 1_000, ttlMs: 90 * dayMs }) {
  const clock = new FakeClock();
  const store = new OutcomeStore(clock, limits);
  const version = new LabelCounts();
  const decide = (id: string, decision: Decision, amount: number | null = null, fraudProbability = 0.5): void =>
    store.expect(id, decision, version, { fraudProbability }, amounts(amount), 0);
  return { clock, store, version, decide };
}

describe('Labels', () => {
  it('agree in every cell with a list that is counted anew, however labels come, change and expire', () => {
    const ttlMs = 3 * dayMs;
    const id = fc.nat(6).map(String);
    const decision = fc.constantFrom<Decision>('APPROVE', 'REVIEW', 'BLOCK');
    const version = fc.constantFrom('1', '2');
    const cents = fc.oneof(fc.nat(1_000_000), fc.constantFrom(0, 2 ** 52, 1)).map((units) => units / 128);
    const amount = fc.option(cents);
    const score = fc.nat(16).map((sixteenths) => sixteenths / 16);
    const told = fc.record({
      decision,
      version: fc.option(version),
      ageMs: fc.integer({ min: -dayMs, max: 5 * dayMs }),
    });
    const event = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('decide' as const), id, decision, version, amount, score }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          ...{ kind: fc.constant('label' as const), id, isFraud: fc.boolean(), amount },
          ...{ score: fc.option(score), told: fc.option(told) },
        }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(dayMs) }) },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.constantFrom(0, 1, 3, 1_000), (events, maxPending) => {
        const clock = new FakeClock();
        const store = new OutcomeStore(clock, { maxPending, ttlMs });
        const versions = new Map([
          ['1', new LabelCounts()],
          ['2', new LabelCounts()],
        ]);
        const naive = new NaiveLabels(ttlMs, maxPending);
        for (const each of events) {
          if (each.kind === 'pass') {
            clock.advance(each.ms);
          } else if (each.kind === 'decide') {
            const counts = versions.get(each.version) ?? null;
            store.expect(each.id, each.decision, counts, { fraudProbability: each.score }, amounts(each.amount), 0);
            naive.decide(each.id, { ...each, day: dayOf(clock.epochMs()) }, clock.now());
          } else {
            const ageMs = Math.max(each.told?.ageMs ?? 0, 0);
            const isMatched = store.record(
              {
                ...{ id: each.id, isFraud: each.isFraud },
                ...(each.amount === null ? {} : { amount: each.amount }),
                ...(each.score === null ? {} : { fraudProbability: each.score }),
                ...(each.told === null
                  ? {}
                  : { decision: each.told.decision, version: '?', decidedAt: clock.epochMs() - each.told.ageMs }),
              },
              versions.get(each.told?.version ?? '') ?? null,
            );
            const record = each.told && {
              ...{ decision: each.told.decision, version: each.told.version, amount: null, score: null },
              day: dayOf(clock.epochMs() - ageMs),
            };
            expect(isMatched).toBe(naive.label(each.id, each.isFraud, record, each, clock.now() - ageMs, clock.now()));
          }
        }
        store.forgetExpired();
        naive.expire(clock.now());
        for (const [name, counts] of [[null, store.counts] as const, ...versions]) {
          const { labelCoverage, ...rest } = counts.summary(1);
          expect(rest).toEqual(naive.summary(name));
        }
      }),
      { numRuns: 400 },
    );
  });

  it('move between all cells when a label is revised, and stay where they are when it is repeated', () => {
    const { store, version, decide } = rig();
    decide('a', 'APPROVE', 12.5, 0.25);
    store.record({ id: 'a', isFraud: true });
    const asFraud = version.summary(1);
    store.record({ id: 'a', isFraud: true });
    expect(version.summary(1)).toEqual(asFraud);
    expect(asFraud).toMatchObject({ money: { fraudMissed: 12.5, goodApproved: 0 }, confusion: { falseNegatives: 1 } });
    expect(asFraud.calibration).toMatchObject({ labels: 1, fraudShare: 1, brierScore: 0.5625 });
    store.record({ id: 'a', isFraud: false });
    expect(version.summary(1)).toMatchObject({
      ...{ confusion: { falseNegatives: 0, trueNegatives: 1 }, money: { fraudMissed: 0, goodApproved: 12.5 } },
      ...{
        calibration: { labels: 1, fraudShare: 0, brierScore: 0.0625 },
        days: [{ fraudMissed: 0, goodApproved: 12.5 }],
      },
    });
  });

  it('are of the UTC day of the decision, not of the day they come', () => {
    const { clock, store, version, decide } = rig();
    const first = new Date(clock.epochMs()).toISOString().slice(0, 10);
    decide('a', 'BLOCK', 1);
    clock.advance(30 * dayMs);
    store.record({ id: 'a', isFraud: true });
    decide('b', 'BLOCK', 1);
    expect(version.summary(2).days).toMatchObject([
      { day: first, decided: 1, labelled: 1, labelCoverage: 1 },
      { decided: 1, labelled: 0, labelCoverage: 0, precision: null },
    ]);
  });

  it('are listed for the latest 91 days, and count in the totals for longer', () => {
    const { clock, store, version, decide } = rig({ maxPending: 1_000, ttlMs: 400 * dayMs });
    for (let day = 0; day < 100; day += 1) {
      decide(String(day), 'BLOCK', 1);
      clock.advance(dayMs);
      store.forgetExpired();
    }
    store.record({ id: '0', isFraud: true });
    store.record({ id: '0', isFraud: false });
    const { days, labelled, money } = version.summary(100);
    expect(days).toHaveLength(91);
    expect(days.every((day) => day.labelled === 0 && day.decided === 1)).toBe(true);
    expect({ labelled, goodStopped: money.goodStopped }).toEqual({ labelled: 1, goodStopped: 1 });
  });

  it('lose no day if a wall clock is wrong for a moment', () => {
    const { clock, store, version, decide } = rig();
    decide('a', 'BLOCK', 1);
    for (const jumpMs of [5_000 * dayMs, -5_000 * dayMs]) {
      clock.jump(jumpMs);
      store.forgetExpired();
      decide(`while ${jumpMs}`, 'BLOCK', 1);
    }
    store.record({ id: 'a', isFraud: true });
    expect(version.summary(3).days.map(({ labelled }) => labelled)).toEqual([1, 0]);
  });

  it('keep the cents of small amounts beside huge ones that are taken away again', () => {
    const { store, version, decide } = rig();
    const amountsOf = [0.1, 0.2, Number.MAX_SAFE_INTEGER, 0.3];
    for (const [index, amount] of amountsOf.entries()) {
      decide(String(index), 'BLOCK', amount);
      store.record({ id: String(index), isFraud: true });
    }
    store.record({ id: '2', isFraud: false });
    expect(version.summary(4).money).toMatchObject({
      fraudCaught: 0.1 + 0.2 + 0.3,
      goodStopped: Number.MAX_SAFE_INTEGER,
    });
  });

  it('treat an amount that is too large for a sum as unknown', () => {
    const { store, version, decide } = rig();
    for (const amount of [Number.MAX_VALUE, -Number.MAX_VALUE, 1e16]) {
      decide(String(amount), 'BLOCK', amount);
      store.record({ id: String(amount), isFraud: true });
    }
    expect(version.summary(3).money).toMatchObject({ fraudCaught: 0, withoutAmount: 3 });
  });

  it("take the amount that comes with the label where the request had none, and else the request's", () => {
    const { store, version, decide } = rig();
    decide('a', 'BLOCK', 10);
    decide('b', 'BLOCK');
    store.record({ id: 'a', isFraud: true, amount: 99 });
    store.record({ id: 'b', isFraud: true });
    expect(version.summary(2).money).toMatchObject({ fraudCaught: 10, withoutAmount: 1 });
    store.record({ id: 'b', isFraud: true, amount: 5 });
    expect(version.summary(2).money).toMatchObject({ fraudCaught: 15, withoutAmount: 0 });
  });

  it('bin scores as they are compared, as float32', () => {
    const { store, version, decide } = rig();
    for (const [index, score] of [0, 0.1, 0.3, 0.6, 0.7, 0.9, 1].entries()) {
      decide(String(index), 'BLOCK', null, Math.fround(score));
      store.record({ id: String(index), isFraud: true });
    }
    expect(version.summary(7).calibration.bins.map(({ labels }) => labels)).toEqual([1, 1, 0, 1, 0, 0, 1, 1, 0, 2]);
  });

  it('read as six gauges for metrics', () => {
    const { store, version, decide } = rig();
    decide('a', 'BLOCK', 3);
    store.record({ id: 'a', isFraud: true });
    expect(readLabels(version)).toHaveLength(6);
    expect(readLabels(version).filter(({ count }) => count > 0)).toEqual([
      { decision: 'BLOCK', isFraud: true, count: 1, amount: 3 },
    ]);
  });

  it('have a coverage of decisions that are old enough', () => {
    const { clock, store, version, decide } = rig();
    for (const id of ['a', 'b']) decide(id, 'APPROVE');
    clock.advance(40 * dayMs);
    store.record({ id: 'a', isFraud: false });
    for (let index = 0; index < 50; index += 1) decide(`new ${index}`, 'APPROVE');
    const today = dayOf(clock.epochMs());
    expect(readCoverage(version, { today, delayDays: 0 })).toEqual({ decided: 52, labelled: 1, coverage: 1 / 52 });
    expect(readCoverage(version, { today, delayDays: 30 })).toEqual({ decided: 2, labelled: 1, coverage: 0.5 });
    expect(readCoverage(version, { today, delayDays: 60 })).toEqual({ decided: 0, labelled: 0, coverage: null });
  });

  it('leave out of that coverage every decision that may be younger than the delay', () => {
    const { clock, version, decide } = rig();
    const decidedAt = clock.epochMs();
    decide('a', 'APPROVE');
    const decidedAfter = (hours: number): number => {
      clock.advance(hours * 3_600_000);
      return readCoverage(version, { today: dayOf(clock.epochMs()), delayDays: 2 }).decided;
    };
    for (let hour = 1; hour <= 100; hour += 1) {
      const decided = decidedAfter(1);
      // Whole days count: it is counted once its day has been over for two days, and no later.
      const dayEnd = (dayOf(decidedAt) + 1) * dayMs;
      expect(decided, `after ${hour} h`).toBe(clock.epochMs() >= dayEnd + 2 * dayMs ? 1 : 0);
    }
  });
});
