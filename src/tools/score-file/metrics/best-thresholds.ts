import type { Cumulative } from './cumulative.js';
import type { Costs } from './money-saved.js';
import type { Thresholds } from './threshold-table.js';

export interface BestThresholds extends Thresholds {
  saved: number;
}

/**
 * The pair of thresholds that saves most, of all pairs with reviewProbability ≤ blockProbability. If several save the same, the one that
 * stops the fewest rows.
 */
export function bestThresholds(cumulative: Cumulative, costs: Costs): BestThresholds {
  const { scores, good, fraud, goodAmount, fraudAmount } = cumulative;
  // A score of 0 is above no threshold.
  const first = (scores[0] ?? 1) > 0 ? 0 : 1;
  let best = { review: scores.length, block: scores.length, saved: Number.NEGATIVE_INFINITY };
  let review = first;
  let reviewValue = Number.NEGATIVE_INFINITY;
  for (let block = first; block <= scores.length; block += 1) {
    const cost = costs.reviewCost * ((good[block] as number) + (fraud[block] as number));
    const value = (fraudAmount[block] as number) - cost;
    if (value >= reviewValue) {
      reviewValue = value;
      review = block;
    }
    // Rows above both thresholds are blocked, so none of them is reviewed.
    const saved = reviewValue + cost - costs.blockCost * (goodAmount[block] as number);
    if (saved >= best.saved) best = { review, block, saved };
  }
  return {
    reviewProbability: thresholdBelow(scores, best.review),
    blockProbability: thresholdBelow(scores, best.block),
    saved: best.saved,
  };
}

/** The shortest decimal number that is below the score at this index, and not below the score before it. */
export function thresholdBelow(scores: Float32Array, place: number): number {
  const low = place === 0 ? 0 : (scores[place - 1] as number);
  const high = scores[place] ?? Number.POSITIVE_INFINITY;
  for (let digits = 0; digits <= 12; digits += 1) {
    const factor = 10 ** digits;
    const rounded = Math.ceil(low * factor) / factor;
    if (Math.fround(rounded) >= low && Math.fround(rounded) < high) return rounded;
  }
  return low;
}
