import { float16Bits, float16Of } from '../thread/float16.js';

/** Numbers as float16, in the form that the Node.js runtime takes: `Float16Array` if it exists, else its bits. */
export function toFloat16(numbers: readonly number[]): Uint16Array {
  const own = float16Array();
  return own === null ? Uint16Array.from(numbers, float16Bits) : own.from(numbers);
}

export function fromFloat16(data: unknown): number[] {
  const own = float16Array();
  if (own !== null && data instanceof own) return Array.from(data, Number);
  return data instanceof Uint16Array ? Array.from(data, float16Of) : [];
}

/** Node.js 20 and 22 have none. The result is used as a list of numbers. */
function float16Array(): typeof Uint16Array | null {
  const found: unknown = Reflect.get(globalThis, 'Float16Array');
  return typeof found === 'function' ? (found as typeof Uint16Array) : null;
}
