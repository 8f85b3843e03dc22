import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeenSequences } from '../../../../src/records/read/seen-sequences.js';

describe('SeenSequences', () => {
  it('takes each number once, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 60 }), { maxLength: 200 }), fc.nat({ max: 60 }), (numbers, begin) => {
        const seen = new SeenSequences(begin);
        const taken = new Set<number>();
        let lost = 0;
        for (const number of numbers) {
          if (number > seen.next) lost += number - seen.next;
          const outcome = seen.take(number);
          expect(outcome === 'repeated').toBe(taken.has(number));
          if (outcome === 'late') lost -= 1;
          taken.add(number);
        }
        const told = [...taken].filter((number) => number >= begin);
        expect(seen.next).toBe(Math.max(begin, ...told.map((number) => number + 1)));
        expect(lost).toBe(seen.next - begin - told.length);
      }),
    );
  });

  it('forgets the oldest gaps where there are too many', () => {
    const seen = new SeenSequences(0);
    for (let sequence = 1; sequence <= 40_001; sequence += 2) expect(seen.take(sequence)).toBe('new');
    expect(seen.take(0)).toBe('repeated');
    expect(seen.take(40_000)).toBe('late');
  });
});
