import type { Tensor } from 'onnxruntime-node';

/** The values of a tensor of floating point numbers as float32; null of any other. */
export function toFloats({ type, data }: Pick<Tensor, 'type' | 'data'>): Float32Array | null {
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  // Node.js 20 has no float16: the runtime gives the bits then.
  if (type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, float16Of);
  return type === 'float16' && isNumbers(data) ? Float32Array.from(data) : null;
}

/** Whether it is the `Float16Array` of a later Node.js. */
function isNumbers(data: ArrayLike<unknown>): data is ArrayLike<number> {
  return data.length === 0 || typeof data[0] === 'number';
}

/** The number that 16 bits stand for (IEEE 754 binary16). */
export function float16Of(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}
