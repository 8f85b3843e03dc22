/** The costs of decisions, in the unit of the amounts. */
export interface Costs {
  /** The cost of one review, whatever its result. */
  reviewCost: number;
  /** The cost of blocking a good transaction, as a share of its amount. 1 is the whole amount, 0 nothing. */
  blockCost: number;
}

/** Rows by decision. */
export interface DecidedSums {
  reviewed: number;
  fraudAmountStopped: number;
  goodAmountBlocked: number;
}

/**
 * The money saved, compared with a host that approves everything: the amounts of blocked and reviewed frauds, minus the cost of all
 * reviews, minus the cost of blocked good transactions. It assumes that a review finds out the truth.
 */
export function moneySaved(
  { reviewed, fraudAmountStopped, goodAmountBlocked }: DecidedSums,
  { reviewCost, blockCost }: Costs,
): number {
  return fraudAmountStopped - reviewCost * reviewed - blockCost * goodAmountBlocked;
}
