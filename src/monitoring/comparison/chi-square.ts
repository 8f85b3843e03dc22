/**
 * The probability that χ² is at least this large.
 *
 * @param chiSquare at least 0.
 * @param degreesOfFreedom 1: erfc(√(χ² / 2)); 2: exp(−χ² / 2).
 */
export function chiSquareTail(chiSquare: number, degreesOfFreedom: 1 | 2): number {
  return degreesOfFreedom === 2 ? Math.exp(-chiSquare / 2) : erfc(Math.sqrt(chiSquare / 2));
}

/**
 * The complementary error function for x ≥ 0, to about 12 digits: the series of Abramowitz and Stegun 7.1.6 for small x, and the continued fraction
 * 7.1.14 for large x.
 */
function erfc(x: number): number {
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2) {
    let term = 2 * x;
    let sum = term;
    for (let n = 1; n < 60; n += 1) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - scale * sum;
  }
  let fraction = x;
  for (let n = 60; n > 0; n -= 1) fraction = x + n / 2 / fraction;
  return scale / fraction;
}
