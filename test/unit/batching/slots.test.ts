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

  it('shares its memory with whoever is given it', () => {
    const slots = new Slots({ ...sizes, capacity: 5 });
    slots.features[slots.rowStart(2) + 1] = 7;
    slots.placeRow(1, 3, 4);
    expect(new Float32Array(slots.memory.features)[7]).toBe(7);
    expect(new Int32Array(slots.memory.lanes)[7]).toBe(4);
  });
});
