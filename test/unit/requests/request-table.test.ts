import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelResult } from '../../../src/api/result.js';
import { currentContext } from '../../../src/host/async-context.js';
import { noRow, RequestTable, rowStates } from '../../../src/requests/request-table.js';
import { untyped } from '../../support/untyped.js';

describe('RequestTable', () => {
  it('gives each row to one request at a time, loses none, and voids references to a row that was released', () => {
    const operation = fc.oneof(fc.constant(null), fc.nat(20));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(operation, { maxLength: 100 }), (capacity, operations) => {
        const table = new RequestTable(capacity);
        const held: { row: number; generation: number }[] = [];
        const released: typeof held = [];
        for (const place of operations) {
          if (place === null) {
            const row = table.claim();
            expect(row === noRow).toBe(held.length === capacity);
            if (row === noRow) continue;
            expect(held.some((other) => other.row === row)).toBe(false);
            held.push({ row, generation: table.generation[row] as number });
          } else if (held.length > 0) {
            const [reference] = held.splice(place % held.length, 1);
            if (reference === undefined) continue;
            table.release(reference.row);
            released.push(reference);
          }
          expect(table.freeCount).toBe(capacity - held.length);
          expect([...table.taken()].sort()).toEqual(held.map(({ row }) => row).sort());
          for (const { row, generation } of held) expect(table.isCurrent(row, generation)).toBe(true);
          for (const { row, generation } of released) expect(table.isCurrent(row, generation)).toBe(false);
        }
      }),
    );
  });

  it('gives the rows that were released last first, so that neighbours stay neighbours', () => {
    const table = new RequestTable(4);
    const rows = [table.claim(), table.claim(), table.claim()];
    expect(rows).toEqual([0, 1, 2]);
    for (const row of [...rows].reverse()) table.release(row);
    expect([table.claim(), table.claim(), table.claim()]).toEqual([0, 1, 2]);
  });

  it("keeps nothing of a request's once its row is released", () => {
    const table = new RequestTable(1);
    const row = table.claim();
    expect(table.state[row]).toBe(rowStates.entering);
    table.resolve[row] = () => {};
    table.reject[row] = () => {};
    table.settlements[row] = { resolve: () => {}, reject: () => {} };
    table.id[row] = 'a';
    table.request[row] = { features: {} };
    table.context[row] = currentContext();
    table.result[row] = untyped<ModelResult>({});
    table.stopListening[row] = () => {};
    table.release(row);
    const { resolve, reject, settlements, request, context, stopListening, result } = table;
    const kept = [resolve, reject, settlements, request, context, stopListening, result];
    expect(kept.map((column) => column[row])).toEqual(new Array(7).fill(null));
    expect(table.id[row]).toBeUndefined();
    expect(() => table.release(row)).toThrow('released twice');
  });

  it('has objects only for rows that were ever taken, however many there may be', () => {
    const table = new RequestTable(1_000_000);
    table.claim();
    const last = [table.claim(), table.claim()];
    expect(last).toEqual([1, 2]);
    expect([table.resolve.length, table.result.length, table.id.length]).toEqual([3, 3, 3]);
  });
});
