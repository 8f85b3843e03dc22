/** How well scores rank fraud above the rest. null if there is nothing to compare. */
export interface RankingQuality {
  /** Area under the ROC curve: the probability that a fraud has a higher score than a legitimate transaction. Ties count half. */
  rocAuc: number | null;
  /** Sum over the distinct scores, from the highest, of (recall gained) × (precision there). A tie is one threshold. */
  averagePrecision: number | null;
}

/**
 * Ranking quality of scores by class. Frauds should have the higher scores. The same as scikit-learn's roc_auc_score and
 * average_precision_score.
 *
 * @param fraud the scores of frauds: finite, in any order.
 * @param legitimate the scores of legitimate transactions.
 */
export function rankingQuality(fraud: Float32Array, legitimate: Float32Array): RankingQuality {
  const frauds = fraud.slice().sort();
  const others = legitimate.slice().sort();
  let pairs = 0;
  let precisions = 0;
  let truePositives = 0;
  let falsePositives = 0;
  while (truePositives < frauds.length) {
    const threshold = Math.max(last(frauds, truePositives), last(others, falsePositives));
    const fraudsHere = countTied(frauds, truePositives, threshold);
    const othersHere = countTied(others, falsePositives, threshold);
    // Legitimate transactions above this threshold were ranked above these frauds. Those below it will be ranked below.
    const othersBelow = others.length - falsePositives - othersHere;
    pairs += fraudsHere * (othersBelow + othersHere / 2);
    truePositives += fraudsHere;
    falsePositives += othersHere;
    precisions += (fraudsHere * truePositives) / (truePositives + falsePositives);
  }
  if (frauds.length === 0) return { rocAuc: null, averagePrecision: null };
  return {
    rocAuc: others.length === 0 ? null : pairs / (frauds.length * others.length),
    averagePrecision: precisions / frauds.length,
  };
}

/** The highest score that is left after `taken` scores were taken from the upper end. */
function last(sorted: Float32Array, taken: number): number {
  return sorted[sorted.length - 1 - taken] ?? Number.NEGATIVE_INFINITY;
}

function countTied(sorted: Float32Array, taken: number, score: number): number {
  let count = 0;
  while (taken + count < sorted.length && last(sorted, taken + count) === score) count++;
  return count;
}
