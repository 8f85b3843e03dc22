import { describe, expect, it } from 'vitest';
import { toFloats } from '../../../workers/thread/floats.js';

describe('the values of a tensor', () => {
  it('are read as float32 from float64 and from float16 as bits', () => {
    const floats = Float32Array.of(1, 2);
    expect(toFloats({ type: 'float32', data: floats })).toBe(floats);
    expect(toFloats({ type: 'float64', data: Float64Array.of(0.1) })).toEqual(Float32Array.of(0.1));
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x0000, 0x3555, 0x7bff);
    expect(toFloats({ type: 'float16', data: bits })).toEqual(Float32Array.of(1, -2, 0, 0.333251953125, 65_504));
  });

  it('are none where the tensor has no floating point numbers', () => {
    expect(toFloats({ type: 'uint16', data: Uint16Array.of(1) })).toBeNull();
    expect(toFloats({ type: 'int64', data: BigInt64Array.of(1n) })).toBeNull();
    expect(toFloats({ type: 'string', data: ['A'] })).toBeNull();
  });
});
