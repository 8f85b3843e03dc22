import { scanJson } from './json-scan.js';

/**
 * Finds a name that an object of a JSON text has twice, at any depth.
 *
 * @param value what the text was parsed to.
 * @returns the names of the fields that lead to it, with its own last; null where there is none.
 */
export function findRepeatedName(text: string, value: unknown): string[] | null {
  // Fast, and right where it says that there is none: a text in the row that holds a quotation mark and a colon can only add to the first.
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

/** Colons behind a quotation mark: each name has one. */
function possibleNames(text: string): number {
  let count = 0;
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    let before = colon - 1;
    while (before > 0 && ' \t\r\n'.includes(text[before] ?? '"')) before -= 1;
    if (text[before] === '"') count += 1;
  }
  return count;
}

/** The names of all objects in a value. Not recursive: JSON may be nested deeper than the stack is. */
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
