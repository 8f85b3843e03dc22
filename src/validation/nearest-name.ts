/** The most names that are compared, so that it is fast for any number of features. */
const maxCompared = 1_000;

const longestName = 40;

/**
 * The known name that is most similar to an unknown one: with the fewest letters changed, added, removed or swapped, if these are few.
 * Upper and lower case and separators do not count.
 *
 * @returns null if none is similar.
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  const plain = plainOf(name);
  let nearest: string | null = null;
  let least = Math.max(2, Math.ceil(plain.length / 3)) + 1;
  for (const candidate of known.slice(0, maxCompared)) {
    const other = plainOf(candidate);
    if (Math.abs(other.length - plain.length) >= least) continue;
    const distance = distanceOf(plain, other);
    // If all letters of a short name differ, it is not similar.
    if (distance >= least || distance >= Math.max(plain.length, other.length)) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

/** Whether the names differ by one letter that is changed, added, removed or swapped with its neighbour. */
export function isSlipOf(name: string, other: string): boolean {
  return Math.abs(name.length - other.length) <= 1 && distanceOf(name.slice(0, longestName), other) === 1;
}

function plainOf(name: string): string {
  const plain = name.slice(0, longestName).toLowerCase();
  return plain.replace(/[\s_.-]/g, '') || plain;
}

/** Optimal string alignment distance (Damerau, 1964). Swapping two neighbours counts as one edit. */
function distanceOf(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const isSame = a[row - 1] === b[column - 1];
      let least = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwapped) least = Math.min(least, (beforeLast[column - 2] ?? 0) + 1);
      current.push(least);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
