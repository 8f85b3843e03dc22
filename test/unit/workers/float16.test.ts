import { describe, expect, it } from 'vitest';
import { float16Bits, float16Of } from '../../../workers/thread/float16.js';

/** What bits mean by IEEE 754. */
function meaningOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

describe('float16Bits', () => {
  it('gives every float16 number its own bits', () => {
    for (let bits = 0; bits < 0x10000; bits += 1) {
      const value = meaningOf(bits);
      if (!Number.isNaN(value)) expect(float16Bits(value)).toBe(bits);
      else expect(meaningOf(float16Bits(value))).toBeNaN();
    }
  });

  it('rounds what lies between two to the nearest, and half way to the even one', () => {
    for (let bits = 0; bits < 0x7bff; bits += 1) {
      const [low, high] = [meaningOf(bits), meaningOf(bits + 1)];
      const middle = (low + high) / 2;
      expect(float16Bits(middle)).toBe(bits % 2 === 0 ? bits : bits + 1);
      expect(float16Bits(middle + (high - low) / 8)).toBe(bits + 1);
      expect(float16Bits(middle - (high - low) / 8)).toBe(bits);
    }
    expect([65_519, 65_520, 1e-9].map((value) => meaningOf(float16Bits(value)))).toEqual([
      65_504,
      Number.POSITIVE_INFINITY,
      0,
    ]);
  });
});

describe('float16Of', () => {
  it('reads the smallest numbers, the infinities and NaN', () => {
    expect(float16Of(0x0001)).toBe(2 ** -24);
    expect(float16Of(0x0400)).toBe(2 ** -14);
    expect([float16Of(0x7c00), float16Of(0xfc00)]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(float16Of(0x7e00)).toBeNaN();
  });
});
