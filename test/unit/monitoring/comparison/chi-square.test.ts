import { describe, expect, it } from 'vitest';
import { chiSquareTail } from '../../../../src/monitoring/comparison/chi-square.js';

describe('chiSquareTail', () => {
  it.each([
    [0, 1, 1],
    [0.0157908, 1, 0.8999999184001899],
    [1, 1, 0.31731050786291404],
    [3.841458820694124, 1, 0.05],
    // Either side of where the series gives way to the continued fraction.
    [7.999999, 1, 0.0046777373],
    [8.000001, 1, 0.0046777325],
    [10.827566170662733, 1, 0.001],
    [100, 1, 1.5239706048320995e-23],
    [0, 2, 1],
    [5.991464547107979, 2, 0.05],
    [13.815510557964274, 2, 0.001],
  ] as const)('gives the tail of the tables: χ² = %d with %d degrees of freedom', (chiSquare, degrees, tail) => {
    expect(chiSquareTail(chiSquare, degrees) / tail).toBeCloseTo(1, 6);
  });
});
