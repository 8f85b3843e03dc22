import type { Tensor } from 'onnxruntime-node';
import { float16Of } from './float16.js';

/** The values of a floating point tensor as float32; null for other tensors. */
export function toFloats({ type, data }: Pick<Tensor, 'type' | 'data'>): Float32Array | null {
  if (data instanceof Float32Array) return data;
  if (data instanceof Float64Array) return Float32Array.from(data);
  // Node.js 20 has no float16, so the runtime returns the bits.
  if (type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, float16Of);
  return type === 'float16' && isNumbers(data) ? Float32Array.from(data) : null;
}

/** Whether it is the `Float16Array` of a later Node.js. */
function isNumbers(data: ArrayLike<unknown>): data is ArrayLike<number> {
  return data.length === 0 || typeof data[0] === 'number';
}
