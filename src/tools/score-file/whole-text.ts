/**
 * Whether a decimal number is an integer as it is written. `1.0` and `10e-1` are. As a number, 9007199254740991.4 would be one too, because
 * it has lost its fraction.
 *
 * @param text a text that `Number` parses to a finite decimal number.
 */
export function isWholeText(text: string): boolean {
  const [, whole = '', fraction = '', exponent = '0'] = /^[+-]?(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = withoutLastZeros(whole + fraction);
  return digits === 0 || Number(exponent) >= digits - whole.length;
}

/** The number of digits up to the last one that is not 0. Not a regular expression, which would take long for many zeros. */
function withoutLastZeros(digits: string): number {
  let length = digits.length;
  while (length > 0 && digits[length - 1] === '0') length -= 1;
  return length;
}
