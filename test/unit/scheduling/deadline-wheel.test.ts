import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestTable } from '../../../src/requests/request-table.js';
import { DeadlineWheel } from '../../../src/scheduling/deadline-wheel.js';
import { FakeClock } from '../../support/fake-clock.js';
import { claimRow } from '../../support/rows.js';

describe('DeadlineWheel', () => {
  it('expires each row once, never early and within a millisecond, whatever is added or removed, and however late the timer is', () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), by: fc.double({ min: 0.01, max: 20_000, noNaN: true }) }),
      fc.record({ kind: fc.constant('remove' as const), by: fc.nat(100) }),
      fc.record({ kind: fc.constant('advance' as const), by: fc.double({ min: 0, max: 9_000, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
        const clock = new FakeClock();
        const table = new RequestTable(128);
        const live = new Map<number, number>();
        const wheel = new DeadlineWheel(table, clock, (row) => {
          const deadline = live.get(row);
          if (deadline === undefined) throw new Error('expired twice, or after it was removed');
          expect(clock.now()).toBeGreaterThanOrEqual(deadline);
          expect(clock.now()).toBeLessThan(deadline + 1.001);
          live.delete(row);
          table.release(row);
        });
        for (const { kind, by } of operations) {
          if (kind === 'add') {
            const row = claimRow(table, { enqueuedAt: clock.now(), timeoutMs: by });
            wheel.add(row);
            live.set(row, clock.now() + by);
          } else if (kind === 'remove' && live.size > 0) {
            const row = [...live.keys()][by % live.size] as number;
            wheel.remove(row);
            live.delete(row);
            table.release(row);
          } else if (kind === 'advance') {
            clock.advance(by);
          }
          expect(wheel.length).toBe(live.size);
          for (const deadline of live.values()) expect(deadline).toBeGreaterThan(clock.now() - 1);
        }
        clock.advance(30_000);
        expect([wheel.length, live.size]).toEqual([0, 0]);
        wheel.dispose();
        expect(clock.timers).toBe(0);
      }),
    );
  });

  it('does not expire a row that is settled while others expire', () => {
    const clock = new FakeClock();
    const table = new RequestTable(2);
    const expired: number[] = [];
    const rows = [0, 1].map(() => claimRow(table, { enqueuedAt: clock.now(), timeoutMs: 5 }));
    const wheel = new DeadlineWheel(table, clock, (row) => {
      expired.push(row);
      // A fallback may abort its neighbour.
      for (const other of rows) if (other !== row) table.release(other);
    });
    for (const row of rows) wheel.add(row);
    clock.advance(10);
    expect(expired).toHaveLength(1);
  });

  it('does not expire the next request of a row that is settled while others expire', () => {
    const clock = new FakeClock();
    const table = new RequestTable(2);
    const expired: number[] = [];
    const rows = [0, 1].map(() => claimRow(table, { enqueuedAt: clock.now(), timeoutMs: 5 }));
    const wheel = new DeadlineWheel(table, clock, (row) => {
      expired.push(row);
      for (const other of rows) if (other !== row) table.release(other);
      wheel.add(claimRow(table, { enqueuedAt: clock.now(), timeoutMs: 1_000 }));
    });
    for (const row of rows) wheel.add(row);
    clock.advance(10);
    expect(expired).toHaveLength(1);
    expect([wheel.length, table.freeCount]).toEqual([1, 0]);
  });

  it('sets one timer, which keeps no process alive, for all that come and go before it is due', () => {
    const clock = new FakeClock();
    const table = new RequestTable(16);
    const wheel = new DeadlineWheel(table, clock, () => {});
    wheel.add(claimRow(table, { enqueuedAt: clock.now() }));
    expect(clock.timers).toBe(0);
    for (let index = 0; index < 10; index += 1) {
      const row = claimRow(table, { enqueuedAt: clock.now(), timeoutMs: 50 });
      wheel.add(row);
      clock.advance(1);
      wheel.remove(row);
      expect([clock.timers, clock.holding]).toEqual([1, 0]);
    }
    clock.advance(50);
    expect(clock.timers).toBe(0);
  });
});
