import { scanJson } from './json-scan.js';
import { isWholeText } from './whole-text.js';

/** A number can lose its fraction only if it has this many digits, or a negative exponent. */
const mayBeLost = /[\d.]{17}|\de-/i;

/**
 * Finds numbers in a JSON text that are written with a fraction and parsed to integers.
 *
 * @param counts whether such a number matters, by its path.
 * @returns the path of the first one; null if there is none.
 */
export function findLostFraction(text: string, counts: (names: readonly string[]) => boolean): string[] | null {
  if (!mayBeLost.test(text)) return null;
  let found: string[] | null = null;
  scanJson(text, {
    number: (names, number) => {
      if (!Number.isInteger(Number(number)) || isWholeText(number) || !counts(names)) return false;
      found = [...names];
      return true;
    },
  });
  return found;
}
