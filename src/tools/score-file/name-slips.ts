import { isSlipOf } from '../../validation/nearest-name.js';

/** A name that is probably misspelt. */
export interface NameSlip {
  name: string;
  meant: string;
}

/** The most names that are remembered, so that a file with ever new names does not fill the memory. */
const maxRemembered = 10_000;

/** Shorter names that differ by one letter are usually different names, such as `rate` and `date`. */
const shortestName = 5;

/** Comparing long names letter by letter takes long. */
const longestName = 40;

/**
 * Creates the function that looks for misspelt names among unknown ones. A name counts as misspelt if a known name that the row lacks
 * differs from it only in upper and lower case, in separators, or by one letter. Names with other digits are different names.
 *
 * @param known known names. @param others names that are never misspelt, because an option names them.
 */
export function nameSlips(
  known: readonly string[],
  others: readonly string[],
): (names: readonly string[], isMissing: (known: string) => boolean) => NameSlip | null {
  const remembered = new Map<string, readonly string[]>();
  const namedByOption = new Set(others);
  const candidates = known.map((name) => ({ name, plain: plainName(name), digits: digitsOf(name) }));
  const likeTo = (name: string): readonly string[] => {
    const before = remembered.get(name);
    if (before !== undefined) return before;
    const plain = plainName(name);
    const digits = digitsOf(name);
    const like = candidates.filter((other) => digits === other.digits && isLike(plain, other.plain));
    const meanings = like.map((other) => other.name);
    if (remembered.size < maxRemembered) remembered.set(name, meanings);
    return meanings;
  };
  return (names, isMissing) => {
    for (const name of names) {
      if (namedByOption.has(name)) continue;
      const meant = likeTo(name).find(isMissing);
      if (meant !== undefined) return { name, meant };
    }
    return null;
  };
}

function isLike(plain: string, known: string): boolean {
  if (plain === known) return true;
  return known.length >= shortestName && known.length <= longestName && isSlipOf(plain, known);
}

/** A name in lower case without separators. */
function plainName(name: string): string {
  const plain = name.toLowerCase();
  return plain.replace(/[\s_.-]/g, '') || plain;
}

/** The numbers in a name: `V1_1` is not `V11`. */
function digitsOf(name: string): string {
  return name.replace(/\D+/g, ' ').trim();
}
