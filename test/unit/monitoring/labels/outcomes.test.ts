import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../../src/api/result.js';
import { LabelCounts } from '../../../../src/monitoring/labels/label-counts.js';
import { OutcomeStore } from '../../../../src/monitoring/labels/outcomes.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { untyped } from '../../../support/untyped.js';

const unlimited = { maxPending: 1_000, ttlMs: 1e9 };

describe('OutcomeStore', () => {
  it('agrees with a list that counts each transaction once, by its latest decision and its latest label', () => {
    const id = fc.nat(5).map(String);
    const decision = fc.constantFrom<Decision>('APPROVE', 'REVIEW', 'BLOCK');
    const event = fc.oneof(
      fc.record({ kind: fc.constant('decide' as const), id, decision }),
      fc.record({ kind: fc.constant('label' as const), id, isFraud: fc.boolean() }),
      fc.record({
        kind: fc.constant('label' as const),
        id,
        isFraud: fc.boolean(),
        told: fc.record({ decision, ageMs: fc.integer({ min: -1_000, max: 3_000 }) }),
      }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(1_500) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 80 }), (events) => {
        const clock = new FakeClock();
        const store = new OutcomeStore(clock, { maxPending: 1_000, ttlMs: 2_000 });
        const model = new Transactions(2_000);
        for (const each of events) {
          if (each.kind === 'pass') {
            clock.advance(each.ms);
          } else if (each.kind === 'decide') {
            store.expect(each.id, each.decision);
            model.decide(each.id, each.decision, clock.now());
          } else {
            const told = 'told' in each ? each.told : null;
            const records = told && { decision: told.decision, version: '1', decidedAt: clock.epochMs() - told.ageMs };
            const isMatched = store.record({ id: each.id, isFraud: each.isFraud, ...records });
            expect(isMatched).toBe(model.label(each.id, each.isFraud, told, clock.now()));
          }
        }
        const { confusion, labelled, labelCoverage } = store.summary(model.decisions);
        expect({ ...confusion, labelled, labelCoverage }).toEqual(model.summary());
        expect(store.recentFalsePositiveRate()).toEqual(model.falsePositiveRate());
      }),
      { numRuns: 500 },
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

  it('is not misled by a wall clock that jumps', () => {
    const day = 86_400_000;
    for (const jumpMs of [100 * day, -100 * day]) {
      const clock = new FakeClock();
      const store = new OutcomeStore(clock, { maxPending: 10, ttlMs: 90 * day });
      const told = { isFraud: false, decision: 'BLOCK', version: '1', decidedAt: clock.epochMs() } as const;
      store.expect('own', 'BLOCK');
      store.record({ ...told, id: 'told before' });
      clock.jump(jumpMs);
      store.forgetExpired();
      store.record({ ...told, id: 'told meanwhile' });
      expect(store.record({ id: 'own', isFraud: true })).toBe(true);
      clock.jump(-jumpMs);
      clock.advance(1_000);
      for (const id of ['own', 'told before', 'told meanwhile']) expect(store.record({ id, isFraud: true })).toBe(true);
      clock.advance(90 * day);
      for (const id of ['own', 'told before', 'told meanwhile'])
        expect(store.record({ id, isFraud: true })).toBe(false);
    }
  });

  it('reads the clock once for each label', () => {
    const clock = new FakeClock();
    let reads = 0;
    const counted =
      <T>(read: () => T) =>
      (): T => {
        reads += 1;
        return read();
      };
    const store = new OutcomeStore(
      untyped({ now: counted(() => clock.now()), epochMs: counted(() => clock.epochMs()) }),
      unlimited,
    );
    store.expect('a', 'BLOCK');
    store.expect('b', 'BLOCK');
    reads = 0;
    for (const isFraud of [true, false]) store.record({ id: 'b', isFraud });
    expect(reads).toBe(2);
  });

  it('has the false positive rate of the latest decision of a transaction that was scored again', () => {
    const store = new OutcomeStore(new FakeClock(), unlimited);
    store.expect('a', 'BLOCK');
    store.record({ id: 'a', isFraud: false });
    expect(store.recentFalsePositiveRate()).toEqual({ rate: 1, labels: 1 });
    store.expect('a', 'APPROVE');
    expect(store.recentFalsePositiveRate()).toEqual({ rate: 0, labels: 1 });
    expect(store.summary(2)).toMatchObject({ labelled: 1, labelCoverage: 0.5, falsePositiveRate: 0 });
  });

  it("takes a decision from the host's own records, and revises that too", () => {
    const store = new OutcomeStore(new FakeClock(), unlimited);
    expect(store.record({ id: 'a', isFraud: true, decision: 'BLOCK', version: '1' })).toBe(true);
    expect(store.record({ id: 'a', isFraud: false })).toBe(true);
    expect(store.summary(0).confusion).toMatchObject({ truePositives: 0, falsePositives: 1 });
  });

  it('takes the recent false positive rate over the last 1,000 labels of legitimate transactions', () => {
    const store = new OutcomeStore(new FakeClock(), { maxPending: 5_000, ttlMs: 1e9 });
    expect(store.recentFalsePositiveRate()).toEqual({ rate: null, labels: 0 });
    for (let index = 0; index < 20; index += 1)
      store.record({ id: `f${index}`, isFraud: false, decision: 'BLOCK', version: '1' });
    expect(store.recentFalsePositiveRate()).toEqual({ rate: 1, labels: 20 });
    for (let index = 0; index < 1_000; index += 1)
      store.record({ id: `t${index}`, isFraud: false, decision: 'APPROVE', version: '1' });
    expect(store.recentFalsePositiveRate()).toEqual({ rate: 0, labels: 1_000 });
  });

  it('has the false positive rate of each version, by its latest decisions', () => {
    const store = new OutcomeStore(new FakeClock(), { maxPending: 5_000, ttlMs: 1e9 });
    const [one, two] = [new LabelCounts(), new LabelCounts()];
    expect(one.recentFalsePositiveRate).toEqual({ rate: null, labels: 0 });
    for (let index = 0; index < 1_500; index += 1) {
      store.expect(`one ${index}`, 'APPROVE', one);
      store.record({ id: `one ${index}`, isFraud: false });
    }
    for (const id of ['a', 'b', 'c', 'd']) {
      store.expect(id, 'BLOCK', two);
      store.record({ id, isFraud: false });
    }
    expect(one.recentFalsePositiveRate).toEqual({ rate: 0, labels: 1_000 });
    expect(two.recentFalsePositiveRate).toEqual({ rate: 1, labels: 4 });
    // A label that is revised, and transactions that are scored again, by another version and by the same.
    store.record({ id: 'a', isFraud: true });
    store.expect('b', 'APPROVE', one);
    store.expect('c', 'APPROVE', two);
    expect(two.recentFalsePositiveRate).toEqual({ rate: 0.5, labels: 2 });
    expect(one.recentFalsePositiveRate).toEqual({ rate: 0, labels: 1_000 });
    store.expect('d', 'REVIEW', one);
    expect(one.recentFalsePositiveRate).toEqual({ rate: 0.001, labels: 1_000 });
    expect(two.recentFalsePositiveRate).toEqual({ rate: 0, labels: 1 });
    // All but the one that was revised.
    expect(store.recentFalsePositiveRate().labels).toBe(999);
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

interface Transaction {
  id: string;
  flagged: boolean;
  isFraud: boolean | null;
  decidedAt: number;
  isOwn: boolean;
}

/** The same in the simplest way: a list of all transactions, looked through from the end. */
class Transactions {
  readonly #all: Transaction[] = [];
  readonly #ttlMs: number;
  decisions = 0;

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs;
  }

  decide(id: string, decision: Decision, now: number): void {
    this.decisions += 1;
    const latest = { flagged: decision !== 'APPROVE', decidedAt: now, isOwn: true };
    const known = this.#find(id, now);
    if (known === undefined) this.#all.push({ id, isFraud: null, ...latest });
    else Object.assign(known, latest);
  }

  label(id: string, isFraud: boolean, told: { decision: Decision; ageMs: number } | null, now: number): boolean {
    let known = this.#find(id, now);
    if (known === undefined && told !== null) {
      const decidedAt = now - Math.max(told.ageMs, 0);
      known = { id, flagged: told.decision !== 'APPROVE', isFraud: null, decidedAt, isOwn: false };
      this.#all.push(known);
    }
    if (known === undefined) return false;
    known.isFraud = isFraud;
    return true;
  }

  summary(): object {
    const count = (flagged: boolean, isFraud: boolean): number =>
      this.#all.filter((each) => each.flagged === flagged && each.isFraud === isFraud).length;
    const labelled = this.#all.filter(({ isFraud }) => isFraud !== null);
    const own = labelled.filter(({ isOwn }) => isOwn).length;
    return {
      truePositives: count(true, true),
      falsePositives: count(true, false),
      trueNegatives: count(false, false),
      falseNegatives: count(false, true),
      labelled: labelled.length,
      labelCoverage: this.decisions === 0 ? null : own / this.decisions,
    };
  }

  falsePositiveRate(): object {
    const legitimate = this.#all.filter(({ isFraud }) => isFraud === false);
    const flagged = legitimate.filter((each) => each.flagged).length;
    return { rate: legitimate.length === 0 ? null : flagged / legitimate.length, labels: legitimate.length };
  }

  #find(id: string, now: number): Transaction | undefined {
    const known = this.#all.findLast((each) => each.id === id);
    return known === undefined || now - known.decidedAt >= this.#ttlMs ? undefined : known;
  }
}
