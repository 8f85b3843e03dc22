const floats = new Float32Array(1);
const words = new Uint32Array(floats.buffer);

/** The bits of a number as float16 (IEEE 754 binary16), rounded to the nearest value, and half way to the even one. */
export function float16Bits(value: number): number {
  floats[0] = value;
  const word = words[0] as number;
  const sign = (word >>> 16) & 0x8000;
  const exponent = (word >>> 23) & 0xff;
  const fraction = word & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const half = exponent - 127 + 15;
  if (half >= 31) return sign | 0x7c00;
  if (half <= 0) {
    // Below 2^-14 there are no more exponents, but smaller fractions.
    if (half < -10) return sign;
    const whole = fraction | 0x800000;
    return sign | rounded(whole, 14 - half);
  }
  // A fraction that rounds up to the next power of two carries into the exponent, as it should.
  return sign | ((half << 10) + rounded(fraction, 13));
}

/** value / 2^shift, rounded to the nearest integer, and half way to the even one. */
function rounded(value: number, shift: number): number {
  const below = value >>> shift;
  const rest = value - below * 2 ** shift;
  const middle = 2 ** (shift - 1);
  return below + (rest > middle || (rest === middle && (below & 1) === 1) ? 1 : 0);
}

/** The number for 16 bits (IEEE 754 binary16). */
export function float16Of(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -24 * fraction;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 25) * (1024 + fraction);
}
