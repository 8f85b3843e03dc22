import { describe, expect, it } from 'vitest';
import { RowBudget } from '../../../../src/monitoring/drift/row-budget.js';

describe('RowBudget', () => {
  it('gives eight seconds of rows at once after a pause, and then so many a second', () => {
    const budget = new RowBudget(100, 0);
    expect(budget.take(10_000, 0)).toBe(800);
    expect(budget.take(10, 0)).toBe(0);
    expect(budget.take(10_000, 1_000)).toBe(100);
    expect(budget.take(10_000, 61_000)).toBe(800);
  });

  it('keeps to the rate where each batch is asked for more', () => {
    const budget = new RowBudget(100, 0);
    let taken = 0;
    for (let now = 0; now <= 60_000; now += 3) taken += budget.take(256, now);
    expect(taken).toBeLessThanOrEqual(6_800);
    expect(taken).toBeGreaterThan(6_700);
  });
});
