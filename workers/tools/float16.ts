/** Numbers as float16, as the runtime for Node.js takes them: `Float16Array` where there is one, else its bits. */
export function toFloat16(numbers: readonly number[]): Uint16Array {
  const own = float16Array();
  return own === null ? Uint16Array.from(numbers, bitsOf) : own.from(numbers);
}

export function fromFloat16(data: unknown): number[] {
  const own = float16Array();
  if (own !== null && data instanceof own) return Array.from(data, Number);
  return data instanceof Uint16Array ? Array.from(data, numberOf) : [];
}

/** Node.js 20 and 22 have none. What it makes is a list of numbers like any other. */
function float16Array(): typeof Uint16Array | null {
  const found: unknown = Reflect.get(globalThis, 'Float16Array');
  return typeof found === 'function' ? (found as typeof Uint16Array) : null;
}

const view = new DataView(new ArrayBuffer(4));

/** The nearest float16, ties to even. */
function bitsOf(value: number): number {
  view.setFloat32(0, value);
  const bits = view.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const rest = bits & 0x7fffffff;
  if (rest > 0x7f800000) return sign | 0x7e00;
  if (rest >= 0x477ff000) return sign | 0x7c00;
  // Below the least normal one the step is fixed: 2 to the power of -24.
  if (rest < 0x38800000) return sign | roundEven(Math.abs(value) * 2 ** 24);
  const lost = rest & 0x1fff;
  const kept = (rest - 0x38000000) >>> 13;
  return sign | (kept + (lost > 0x1000 || (lost === 0x1000 && (kept & 1) === 1) ? 1 : 0));
}

function roundEven(value: number): number {
  const low = Math.floor(value);
  const part = value - low;
  return part > 0.5 || (part === 0.5 && low % 2 === 1) ? low + 1 : low;
}

function numberOf(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
