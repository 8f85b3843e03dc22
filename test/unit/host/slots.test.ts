import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Slots } from '../../../src/host/slots.js';

interface Member {
  name: number;
}

describe('Slots', () => {
  it('hold what was added and not deleted, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(9), { nil: null })), (steps) => {
        const slots = new Slots<Member>();
        const expected = new Map<Member, number>();
        for (const [name, step] of steps.entries()) {
          const [member, slot] = [...expected][step ?? -1] ?? [];
          if (member === undefined || slot === undefined) {
            const added = { name };
            expected.set(added, slots.add(added));
          } else {
            slots.delete(slot, member);
            expected.delete(member);
          }
          expect(slots.size).toBe(expected.size);
          expect(new Set(slots.members())).toEqual(new Set(expected.keys()));
          expect(new Set(expected.values()).size).toBe(expected.size);
        }
      }),
    );
  });

  it('give the members in the order in which they came, once they have been empty', () => {
    const slots = new Slots<Member>();
    const first = [1, 2, 3].map((name) => ({ name }));
    const taken = first.map((member) => slots.add(member));
    for (const [index, member] of first.entries()) slots.delete(taken[index] as number, member);
    for (const name of [4, 5, 6]) slots.add({ name });
    expect(slots.members().map(({ name }) => name)).toEqual([4, 5, 6]);
  });

  it('keep the member that has a slot now, where the one before it is deleted twice', () => {
    const slots = new Slots<Member>();
    const gone = { name: 1 };
    const slot = slots.add(gone);
    slots.delete(slot, gone);
    const here = { name: 2 };
    expect(slots.add(here)).toBe(slot);
    slots.delete(slot, gone);
    expect(slots.members()).toEqual([here]);
  });

  it('let go of what was deleted', () => {
    const slots = new Slots<Member>();
    const [a, b] = [{ name: 1 }, { name: 2 }];
    const slot = slots.add(a);
    slots.add(b);
    slots.delete(slot, a);
    expect(slots.members()).toEqual([b]);
  });
});
