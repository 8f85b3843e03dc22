/** A run of digits, a run of other characters, or the mark of a pre-release. */
interface Part {
  rank: number;
  text: string;
}

// If one version continues where the other ends, the shorter one is older, unless the longer one is a pre-release.
const preRelease: Part = { rank: 0, text: '' };
const end: Part = { rank: 1, text: '' };
const textRank = 2;
const numberRank = 3;

/** A semantic version with a pre-release: `1.10.0-rc.1`. */
const semanticPreRelease = /^(\d+\.\d+\.\d+)-(.+)$/s;

/**
 * Compares versions in the order that people expect. Runs of digits are compared by value, everything else by character. A longer version
 * is newer than its prefix. '10' is newer than '9', '1.10.0' than '1.9.0', '1.0.1' than '1.0', '2024-10-01' than '2024-9-30'. A `v` before
 * a number is ignored. A pre-release in the form of a semantic version ('2.0.0-rc.1') is older than its release.
 *
 * @returns above 0 if `left` is newer, below 0 if it is older, 0 if they are equal.
 */
export function compareVersions(left: string, right: string): number {
  const [leftParts, rightParts] = [partsOf(left), partsOf(right)];
  const length = Math.max(leftParts.length, rightParts.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareParts(leftParts[index] ?? end, rightParts[index] ?? end);
    if (order !== 0) return order;
  }
  return 0;
}

function partsOf(version: string): Part[] {
  const text = version.replace(/^v(?=\d)/i, '');
  const semantic = semanticPreRelease.exec(text);
  if (semantic === null) return runsOf(text);
  return [...runsOf(semantic[1] ?? ''), preRelease, ...runsOf(semantic[2] ?? '')];
}

function runsOf(text: string): Part[] {
  return (text.match(/\d+|\D+/g) ?? []).map((run) =>
    /^\d/.test(run) ? { rank: numberRank, text: run.replace(/^0+(?=\d)/, '') } : { rank: textRank, text: run },
  );
}

function compareParts(left: Part, right: Part): number {
  if (left.rank !== right.rank) return left.rank - right.rank;
  // Without leading zeros, the longer of two numbers is the larger one. This works for any number of digits.
  if (left.rank === numberRank && left.text.length !== right.text.length) return left.text.length - right.text.length;
  if (left.text === right.text) return 0;
  return left.text > right.text ? 1 : -1;
}
