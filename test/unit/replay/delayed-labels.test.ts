import type { Outcome } from 'fraud-scorer';
import { describe, expect, it } from 'vitest';
import { DelayedLabels } from '../../../examples/replay/delayed-labels.js';

function transaction(id: number, timestampMs: number, isFraud?: boolean) {
  const known = { transactionId: `t${id}`, timestampMs, customerId: 'c', terminalId: 't', amount: 1 };
  return isFraud === undefined ? known : { ...known, isFraud };
}

function setUp(delayMs = 100) {
  const told: Outcome[] = [];
  const labels = new DelayedLabels(delayMs, (outcome) => {
    told.push(outcome);
    return outcome.id !== 't404';
  });
  const hold = (id: number, atMs: number, isFraud: boolean, scored: boolean | null = true): void => {
    const label = labels.hold(transaction(id, atMs, isFraud));
    if (label !== undefined) label.scored = scored;
  };
  return { told, labels, hold };
}

describe('DelayedLabels', () => {
  it("tells a label when its delay has passed in the data's own time, and not a millisecond before", () => {
    const { told, labels, hold } = setUp();
    hold(1, 1_000, true);
    hold(2, 1_050, false);
    labels.releaseUntil(1_099);
    expect(told).toEqual([]);
    labels.releaseUntil(1_100);
    expect(told).toEqual([{ id: 't1', isFraud: true }]);
    labels.releaseUntil(1_150);
    expect(told.map(({ id }) => id)).toEqual(['t1', 't2']);
  });

  it('tells each label once, and keeps those whose delay never passes', () => {
    const { told, labels, hold } = setUp();
    hold(1, 0, false);
    hold(2, 500, false);
    labels.releaseUntil(400);
    labels.releaseUntil(400);
    expect(told).toHaveLength(1);
    expect(labels.counts).toEqual({ matched: 1, unmatched: 0, waiting: 1 });
  });

  it('waits for the answer of a transaction whose label is due while it is being scored', () => {
    const { told, labels } = setUp();
    const label = labels.hold(transaction(1, 0, true));
    labels.releaseUntil(10_000);
    expect(told).toEqual([]);
    if (label !== undefined) label.scored = true;
    labels.releaseUntil(10_000);
    expect(told).toHaveLength(1);
  });

  it('tells nothing of a transaction that could not be scored: there is no decision to compare with', () => {
    const { told, labels, hold } = setUp();
    hold(1, 0, true, false);
    hold(2, 0, true);
    labels.releaseUntil(10_000);
    expect(told.map(({ id }) => id)).toEqual(['t2']);
  });

  it('holds nothing for a transaction without a label', () => {
    const { labels } = setUp();
    expect(labels.hold(transaction(1, 0))).toBeUndefined();
    expect(labels.counts.waiting).toBe(0);
  });

  it('counts labels that could not be matched', () => {
    const { labels, hold } = setUp();
    hold(404, 0, true);
    hold(1, 0, true);
    labels.releaseUntil(10_000);
    expect(labels.counts).toEqual({ matched: 1, unmatched: 1, waiting: 0 });
  });

  it('tells tens of thousands in order, however many of them are spent', () => {
    const { told, labels, hold } = setUp();
    for (let i = 0; i < 30_000; i++) {
      hold(i, i, i % 2 === 0);
      labels.releaseUntil(i);
    }
    expect(told).toHaveLength(29_900);
    expect(told.every(({ id }, i) => id === `t${i}`)).toBe(true);
    expect(labels.counts.waiting).toBe(100);
  });
});
