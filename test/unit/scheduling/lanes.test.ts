import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputsPerRow } from '../../../src/protocol/outputs.js';
import { RequestTable } from '../../../src/requests/request-table.js';
import { rowLayoutOf } from '../../../src/requests/row-layout.js';
import { addRow, type Lane, openRows } from '../../../src/scheduling/lanes.js';
import { lanesOf } from '../../support/lanes.js';
import { claimRow } from '../../support/rows.js';

const maxBatchSize = 6;

describe('Lanes', () => {
  it('never gives a lane to two batches, loses none, and gives each without rows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(40), { maxLength: 100 }), (capacity, choices) => {
        const { lanes } = lanesOf({ lanes: capacity, maxBatchSize, attention: false }, 0);
        const taken: Lane[] = [];
        for (const choice of choices) {
          if (choice % 2 === 1 || taken.length === capacity) {
            const [lane] = taken.splice(choice % Math.max(taken.length, 1), 1);
            if (lane !== undefined) lanes.release(lane);
          } else {
            const lane = lanes.take();
            expect(taken).not.toContain(lane);
            expect([lane.count, lane.deaths, lane.errors]).toEqual([0, 0, 0]);
            lane.count = lane.deaths = lane.errors = 1;
            taken.push(lane);
          }
          expect(lanes.free).toBe(capacity - taken.length);
        }
      }),
    );
  });

  it('refuses to take a lane where none is free', () => {
    const { lanes } = lanesOf({ lanes: 1, maxBatchSize, attention: false }, 0);
    lanes.take();
    expect(() => lanes.take()).toThrow('without a free lane');
  });

  it("copies exactly the features of the batch's rows into its lane, in the batch's order, whatever the order is", () => {
    const capacity = 20;
    const rowsOf = fc.oneof(
      fc.uniqueArray(fc.nat(capacity - 1), { minLength: 1, maxLength: maxBatchSize }),
      // Neighbours, which are copied as one piece.
      fc
        .record({ first: fc.nat(capacity - maxBatchSize), count: fc.integer({ min: 1, max: maxBatchSize }) })
        .map(({ first, count }) => Array.from({ length: count }, (_, index) => first + index)),
    );
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 1, max: 4 }), fc.nat(2), (rows, size, lanesBefore) => {
        const table = new RequestTable(capacity);
        const layout = rowLayoutOf([{ name: 'x', size }]);
        const { lanes, features } = lanesOf({ lanes: 3, maxBatchSize }, capacity, layout);
        for (let index = 0; index < capacity * layout.stride; index += 1) features.floats[index] = index + 1;
        for (let taken = 0; taken < lanesBefore; taken += 1) lanes.take();
        const lane = lanes.take();
        for (const row of rows) addRow(lane, row, table);
        lanes.share(lane);
        const { stride } = layout;
        const expected = new Float32Array(4 * maxBatchSize * stride);
        for (const [place, row] of rows.entries()) {
          const values = features.floats.subarray(features.start(row), features.start(row) + stride);
          expected.set(values, (lane.index * maxBatchSize + place) * stride);
        }
        expect(new Float32Array(lanes.memory.features, lanes.memory.lanesAt)).toEqual(expected);
      }),
    );
  });

  it("shows each lane's own part of the outputs, behind which lies the part for warming up", () => {
    const { lanes } = lanesOf({ lanes: 2, maxBatchSize, attention: true }, 0);
    const [first, second] = [lanes.take(), lanes.take()].sort((a, b) => a.index - b.index);
    const outputs = new Float32Array(lanes.memory.outputs);
    const attention = new Float32Array(lanes.memory.attention);
    for (const values of [outputs, attention]) for (const index of values.keys()) values[index] = index;
    expect(outputs).toHaveLength(3 * maxBatchSize * outputsPerRow);
    expect([first?.outputs[0], second?.outputs[0]]).toEqual([0, maxBatchSize * outputsPerRow]);
    expect([first?.attention[0], second?.attention[0]]).toEqual([0, maxBatchSize * 256]);
  });
});

describe('openRows', () => {
  it('keeps the rows whose requests are not settled, in order, with the failures of the batch', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('open', 'settled', 'settled and taken again')), (fates) => {
        const table = new RequestTable(Math.max(fates.length, 1));
        const { lanes } = lanesOf({ lanes: 1, maxBatchSize: Math.max(fates.length, 1), attention: false }, 0);
        const lane = lanes.take();
        lane.deaths = 1;
        lane.errors = 2;
        for (const _ of fates) addRow(lane, claimRow(table), table);
        const rows = [...lane.rows.subarray(0, lane.count)];
        for (const [place, fate] of fates.entries()) {
          if (fate === 'open') continue;
          table.release(rows[place] ?? -1);
          if (fate === 'settled and taken again') expect(table.claim()).toBe(rows[place]);
        }
        const open = openRows(lane, table);
        expect([...open.rows.subarray(0, open.count)]).toEqual(rows.filter((_, place) => fates[place] === 'open'));
        expect([open.deaths, open.errors]).toEqual([1, 2]);
      }),
    );
  });
});
