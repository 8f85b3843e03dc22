import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/batching/slots.js';

const sizes = { rowSize: 3, maxBatchSize: 4, lanes: 2, attention: true };

describe('Slots', () => {
  it('never hands a slot to two requests, and loses none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(40), { maxLength: 300 }), (capacity, choices) => {
        const slots = new Slots({ ...sizes, capacity });
        const claimed: number[] = [];
        for (const choice of choices) {
          if (choice % 2 === 0) {
            const slot = slots.claim();
            if (claimed.length === capacity) {
              expect(slot).toBe(-1);
            } else {
              expect(slot).toBeGreaterThanOrEqual(0);
              expect(slot).toBeLessThan(capacity);
              expect(claimed).not.toContain(slot);
              claimed.push(slot);
            }
          } else if (claimed.length > 0) {
            const [slot] = claimed.splice(choice % claimed.length, 1);
            if (slot !== undefined) slots.release(slot);
          }
          expect(slots.free).toBe(capacity - claimed.length);
        }
      }),
    );
  });

  it('refuses to release a slot that nobody has', () => {
    const slots = new Slots({ ...sizes, capacity: 2 });
    const slot = slots.claim();
    slots.release(slot);
    expect(() => slots.release(slot)).toThrowError('released twice');
    expect(() => slots.release(99)).toThrowError('released twice');
  });

  it('shows a worker the rows of its batch and which slots they are in, and nothing of those that were not sent', () => {
    const capacity = 20;
    const batch = fc.uniqueArray(fc.nat(capacity - 1), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(batch, (chosen) => {
        const slots = new Slots({ ...sizes, capacity });
        for (let index = 0; index < capacity * 3; index += 1) slots.features[index] = index + 1;
        slots.place(
          1,
          chosen.map((slot) => ({ slot })),
        );
        expect([...new Int32Array(slots.memory.lanes).subarray(4, 4 + chosen.length)]).toEqual(chosen);
        const shared = new Float32Array(slots.memory.features);
        for (let slot = 0; slot < capacity; slot += 1) {
          const row = [...slots.features.subarray(slot * 3, slot * 3 + 3)];
          expect([...shared.subarray(slot * 3, slot * 3 + 3)]).toEqual(chosen.includes(slot) ? row : [0, 0, 0]);
        }
      }),
    );
  });
});
