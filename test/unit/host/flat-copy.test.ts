import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatCopy } from '../../../src/host/flat-copy.js';

describe('flatCopy', () => {
  it('is the same text, code unit by code unit, lone surrogates too', () => {
    const text = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(text, (original) => {
        expect(flatCopy(original)).toBe(original);
      }),
    );
    expect(flatCopy('\ud800 alone')).toBe('\ud800 alone');
  });
});
