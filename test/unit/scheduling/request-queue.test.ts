import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noRow, RequestTable } from '../../../src/requests/request-table.js';
import { RequestQueue } from '../../../src/scheduling/request-queue.js';
import { claimRow } from '../../support/rows.js';

function take(queue: RequestQueue): number {
  const { next } = queue;
  if (next !== noRow) queue.remove(next);
  return next;
}

describe('RequestQueue', () => {
  function queueOf(table: RequestTable): { queue: RequestQueue; queued: (at: number, priority?: number) => number } {
    const queue = new RequestQueue(table);
    const queued = (enqueuedAt: number, priority = 0): number => {
      const row = claimRow(table, { enqueuedAt, priority });
      queue.push(row);
      return row;
    };
    return { queue, queued };
  }

  it('serves a request of higher priority first if it came up to 10 ms later per step', () => {
    const { queue, queued } = queueOf(new RequestTable(8));
    const first = queued(0);
    const urgent = queued(19, 2);
    const tooLate = queued(21, 2);
    const last = queued(22);
    expect([take(queue), take(queue), take(queue), take(queue)]).toEqual([urgent, first, tooLate, last]);
  });

  it('tells how many requests would go before one that came now', () => {
    const { queue, queued } = queueOf(new RequestTable(8));
    queued(0, 3);
    queued(0);
    queued(0);
    expect([queue.ahead(4), queue.ahead(3), queue.ahead(0), queue.ahead(-1)]).toEqual([0, 1, 3, 3]);
  });

  it('behaves like a list ordered by arrival minus 10 ms per step of priority, from which any request can be removed', () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), at: fc.integer({ min: -10, max: 10 }) }),
      fc.constant({ kind: 'take' as const, at: 0 }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat(50) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const table = new RequestTable(256);
        const { queue, queued } = queueOf(table);
        const model: { row: number; enqueuedAt: number; priority: number }[] = [];
        const turn = ({ enqueuedAt, priority }: (typeof model)[number]): number => enqueuedAt - priority * 10;
        const inOrder = (): typeof model => [...model].sort((a, b) => turn(a) - turn(b) || b.priority - a.priority);
        let longest = 0;
        for (const [now, { kind, at }] of operations.entries()) {
          if (kind === 'push') model.push({ row: queued(now, at), enqueuedAt: now, priority: at });
          else if (model.length > 0) {
            const member = kind === 'take' ? inOrder()[0] : model[at % model.length];
            if (member === undefined) continue;
            if (kind === 'take') expect(take(queue)).toBe(member.row);
            else queue.remove(member.row);
            model.splice(model.indexOf(member), 1);
            table.release(member.row);
          }
          longest = Math.max(longest, model.length);
          expect(queue.length).toBe(model.length);
          expect(queue.longest).toBe(longest);
          expect(queue.next).toBe(inOrder()[0]?.row ?? noRow);
          const oldest = Math.min(...model.map(({ enqueuedAt }) => enqueuedAt));
          expect(queue.oldestWaitMs(1_000)).toBe(model.length === 0 ? 0 : 1_000 - oldest);
          expect(queue.waitingSince === null).toBe(model.length === 0);
        }
        expect(model.map(() => take(queue)).sort()).toEqual(model.map(({ row }) => row).sort());
      }),
    );
  });
});
