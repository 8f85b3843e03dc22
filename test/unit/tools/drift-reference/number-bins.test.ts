import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberBins } from '../../../../src/tools/drift-reference/number-bins.js';

describe('numberBins', () => {
  it('makes bins of about the same number of rows, and an empty one on either side', () => {
    const values = Float64Array.from({ length: 1_000 }, (_, index) => index);
    const { edges, shares } = numberBins(values, 0, 10, 'int32');
    expect(edges).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
    expect(shares).toEqual([0, ...new Array<number>(10).fill(0.1), 0]);
  });

  it('gives a value that many rows share a bin of its own', () => {
    const values = Float64Array.from({ length: 100 }, (_, index) => Math.max(0, index - 79)).sort();
    const { edges, shares } = numberBins(values, 100, 4, 'int32');
    expect(edges).toEqual([0, 1, 21]);
    expect(shares).toEqual([0, 0.4, 0.1, 0]);
    expect(numberBins(values, 100, 4, 'int32').missing).toBe(0.5);
  });

  it('makes bins of a feature that is constant, or always missing', () => {
    expect(numberBins(Float64Array.of(5, 5, 5), 0, 10, 'int64')).toEqual({ edges: [5, 6], shares: [0, 1, 0] });
    const missing = numberBins(new Float64Array(), 3, 10, 'float32');
    expect(missing).toMatchObject({ shares: [0, 0, 0], missing: 1 });
  });

  it('has ascending edges, and shares that say what a recount says, for any values', () => {
    const value = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 1, -1));
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 300 }),
        fc.nat(20),
        fc.integer({ min: 1, max: 12 }),
        (all, missing, most) => {
          const sorted = Float64Array.from(all, Math.fround).sort();
          const { edges, shares, missing: missingShare = 0 } = numberBins(sorted, missing, most, 'float32');
          const rounded = edges.map(Math.fround);
          for (let edge = 1; edge < rounded.length; edge += 1)
            expect(rounded[edge]).toBeGreaterThan(rounded[edge - 1] as number);
          const counts = new Array<number>(shares.length).fill(0);
          for (const one of sorted) {
            const bin = rounded.filter((edge) => one >= edge).length;
            counts[bin] = (counts[bin] as number) + 1;
          }
          const rows = sorted.length + missing;
          for (const [bin, share] of shares.entries())
            expect(share).toBeCloseTo((counts[bin] as number) / Math.max(rows, 1), 5);
          expect(missingShare).toBeCloseTo(missing / Math.max(rows, 1), 5);
        },
      ),
    );
  });
});
