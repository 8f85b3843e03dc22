import { scanJson } from './json-scan.js';

/**
 * Finds a name that occurs twice in an object of a JSON text, at any depth.
 *
 * @param value the parsed text.
 * @returns the path of the repeated name; null if there is none.
 */
export function findRepeatedName(text: string, value: unknown): string[] | null {
  // A fast check that never misses a repeated name: a text in the row that contains a quotation mark and a colon can only increase the
  // first count.
  if (possibleNames(text) === namesIn(value)) return null;
  let repeated: string[] | null = null;
  scanJson(text, {
    name: (names, isRepeated) => {
      if (isRepeated) repeated = [...names];
      return isRepeated;
    },
  });
  return repeated;
}

/** The number of colons after a quotation mark. Each name has one. */
function possibleNames(text: string): number {
  let count = 0;
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1;
    while (before > 0 && ' \t\r\n'.includes(text[before] ?? '"')) before -= 1;
    if (text[before] === '"') count += 1;
  }
  return count;
}

/** The number of names of all objects in a value. Not recursive, because JSON may be nested deeper than the stack allows. */
function namesIn(value: unknown): number {
  let count = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== 'object' || next === null) continue;
    const values: unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) count += values.length;
    for (const one of values) if (typeof one === 'object' && one !== null) left.push(one);
  }
  return count;
}
