/** Labelled rows grouped by score. The scores are ascending and unique. All arrays have the same length. */
export interface ScoreGroups {
  scores: Float32Array;
  /** Rows that are not fraud. */
  good: Float64Array;
  /** Rows that are fraud. */
  fraud: Float64Array;
  /** The sum of the amounts of each kind. */
  goodAmount: Float64Array;
  fraudAmount: Float64Array;
}

/** The largest number of rows whose index fits into a number next to the 30 bits of a score. */
const maxRows = 2 ** 22;

/**
 * Sorts rows into groups of equal scores.
 *
 * @param scores in [0, 1]; at most 4,194,304.
 */
export function sortedGroups(scores: Float32Array, isFraud: Uint8Array, amounts: Float64Array): ScoreGroups {
  const order = orderOf(scores);
  let count = 0;
  let last = -1;
  const groupOf = new Uint32Array(scores.length);
  for (const row of order) {
    const score = scores[row] as number;
    if (score !== last) count += 1;
    last = score;
    groupOf[row] = count - 1;
  }
  const groups: ScoreGroups = {
    scores: new Float32Array(count),
    good: new Float64Array(count),
    fraud: new Float64Array(count),
    goodAmount: new Float64Array(count),
    fraudAmount: new Float64Array(count),
  };
  for (let row = 0; row < scores.length; row += 1) {
    const group = groupOf[row] as number;
    groups.scores[group] = scores[row] as number;
    const [rows, sum] = isFraud[row] === 1 ? [groups.fraud, groups.fraudAmount] : [groups.good, groups.goodAmount];
    rows[group] = (rows[group] as number) + 1;
    sum[group] = (sum[group] as number) + (amounts[row] as number);
  }
  return groups;
}

/**
 * The rows in ascending order of their scores. It sorts numbers that combine score and row, which is much faster than sorting with a
 * function.
 */
function orderOf(scores: Float32Array): Uint32Array {
  const bits = new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
  const keys = Float64Array.from(bits, (score, row) => score * maxRows + row).sort();
  return Uint32Array.from(keys, (key) => key % maxRows);
}
