import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutcomeStore } from '../../../src/monitoring/outcomes.js';
import type { Decision } from '../../../src/types.js';
import { FakeClock } from '../../support/fake-clock.js';

const unlimited = { maxPending: 1_000, ttlMs: 1e9 };

describe('OutcomeStore', () => {
  it('has the confusion matrix of the last label of each decision, however often it is revised', () => {
    const id = fc.nat(9).map(String);
    const event = fc.oneof(
      fc.record({
        kind: fc.constant('decide' as const),
        id,
        decision: fc.constantFrom<Decision>('APPROVE', 'REVIEW', 'BLOCK'),
        isFraud: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant('label' as const),
        id,
        decision: fc.constant<Decision>('APPROVE'),
        isFraud: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const store = new OutcomeStore(new FakeClock(), unlimited);
        const decided = new Map<string, Decision>();
        const labels = new Map<string, boolean>();
        for (const { kind, id: key, decision, isFraud } of events) {
          if (kind === 'decide' && !decided.has(key)) {
            store.expect(key, decision);
            decided.set(key, decision);
          }
          if (kind === 'label') {
            expect(store.record({ id: key, isFraud })).toBe(decided.has(key));
            if (decided.has(key)) labels.set(key, isFraud);
          }
        }
        const count = (flagged: boolean, fraud: boolean): number =>
          [...labels].filter(([key, isFraud]) => isFraud === fraud && (decided.get(key) !== 'APPROVE') === flagged)
            .length;
        const { confusion, labelled } = store.summary(decided.size);
        expect(confusion).toEqual({
          truePositives: count(true, true),
          falsePositives: count(true, false),
          trueNegatives: count(false, false),
          falseNegatives: count(false, true),
        });
        expect(labelled).toBe(labels.size);
      }),
    );
  });

  it('holds no more decisions than maxPending, and forgets the oldest first', () => {
    const store = new OutcomeStore(new FakeClock(), { maxPending: 2, ttlMs: 1e9 });
    for (const id of ['a', 'b', 'c']) store.expect(id, 'BLOCK');
    expect(['a', 'b', 'c'].map((id) => store.record({ id, isFraud: true }))).toEqual([false, true, true]);
  });

  it('forgets a decision after its time', () => {
    const clock = new FakeClock();
    const store = new OutcomeStore(clock, { maxPending: 10, ttlMs: 1_000 });
    store.expect('old', 'BLOCK');
    clock.advance(600);
    store.expect('new', 'BLOCK');
    clock.advance(600);
    expect(store.record({ id: 'old', isFraud: true })).toBe(false);
    expect(store.record({ id: 'new', isFraud: true })).toBe(true);
  });

  it("takes a decision from the host's own records, and revises that too", () => {
    const store = new OutcomeStore(new FakeClock(), unlimited);
    expect(store.record({ id: 'a', isFraud: true, decision: 'BLOCK', version: '1' })).toBe(true);
    expect(store.record({ id: 'a', isFraud: false })).toBe(true);
    expect(store.summary(0).confusion).toMatchObject({ truePositives: 0, falsePositives: 1 });
  });

  it('takes the false positive rate of late over the last 1,000 labels of legitimate transactions', () => {
    const store = new OutcomeStore(new FakeClock(), { maxPending: 5_000, ttlMs: 1e9 });
    expect(store.recentFalsePositiveRate()).toEqual({ rate: null, labels: 0 });
    for (let index = 0; index < 20; index += 1)
      store.record({ id: `f${index}`, isFraud: false, decision: 'BLOCK', version: '1' });
    expect(store.recentFalsePositiveRate()).toEqual({ rate: 1, labels: 20 });
    for (let index = 0; index < 1_000; index += 1)
      store.record({ id: `t${index}`, isFraud: false, decision: 'APPROVE', version: '1' });
    expect(store.recentFalsePositiveRate()).toEqual({ rate: 0, labels: 1_000 });
  });

  it('has no ratio without a denominator', () => {
    expect(new OutcomeStore(new FakeClock(), unlimited).summary(0)).toMatchObject({
      labelCoverage: null,
      precision: null,
      detectionRate: null,
      falsePositiveRate: null,
    });
  });
});
