import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../../../../src/models/repository/version-order.js';

describe('The order of versions', () => {
  it.each([
    ['10', '9'],
    ['1.10.0', '1.9.0'],
    ['2', '1.9'],
    ['1.0.1', '1.0'],
    ['v10', 'v9'],
    ['v2', '1'],
    ['2024-10-01', '2024-9-30'],
    ['20241001', '20240930'],
    ['model-10', 'model-9'],
    ['2-hotfix', '2'],
    ['1.0.0', '1.0.0-rc.10'],
    ['1.0.0-rc.10', '1.0.0-rc.9'],
    ['1.0.1-rc.1', '1.0.0'],
    ['1.0.0+2', '1.0.0'],
    ['100000000000000000000000000000001', '100000000000000000000000000000000'],
  ])('has %s newer than %s', (newer, older) => {
    expect(compareVersions(newer, older)).toBeGreaterThan(0);
    expect(compareVersions(older, newer)).toBeLessThan(0);
  });

  it.each([
    ['1', '01'],
    ['v1.2', '1.2'],
    ['0', '000'],
  ])('has %s as new as %s', (left, right) => {
    expect(compareVersions(left, right)).toBe(0);
  });

  /** Texts of the pieces that versions are made of, so that many of them have a beginning in common. */
  const version = fc
    .array(
      fc.oneof(fc.constantFrom('.', '-', 'v', 'rc', 'a', '+', '1.0.0-', ' '), fc.nat(12).map(String), fc.string()),
      {
        maxLength: 6,
      },
    )
    .map((parts) => parts.join(''));

  it('is a total order', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareVersions(a, a)).toBe(0);
        expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)));
        const [low, middle, high] = [a, b, c].sort(compareVersions);
        expect(compareVersions(low ?? '', middle ?? '')).toBeLessThanOrEqual(0);
        expect(compareVersions(middle ?? '', high ?? '')).toBeLessThanOrEqual(0);
        expect(compareVersions(low ?? '', high ?? '')).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is that of the numbers, place by place', () => {
    const numbers = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
    const byPlace = (a: number[], b: number[]): number => {
      const place = a.findIndex((value, index) => value !== b[index]);
      if (place === -1) return a.length - b.length;
      return (a[place] ?? 0) - (b[place] ?? -1);
    };
    fc.assert(
      fc.property(numbers, numbers, fc.constantFrom('', 'v'), (a, b, prefix) => {
        const order = compareVersions(prefix + a.join('.'), b.join('.'));
        expect(Math.sign(order)).toBe(Math.sign(byPlace(a, b)));
      }),
    );
  });
});
