/** What decisions cost, in the unit of the amounts. */
export interface Costs {
  /** Of one review, whatever it finds. */
  reviewCost: number;
  /** Of a good transaction that is blocked, as a share of its amount: 1 is the whole amount, 0 nothing. */
  blockCost: number;
}

/** Rows by what was decided. */
export interface DecidedSums {
  reviewed: number;
  fraudAmountStopped: number;
  goodAmountBlocked: number;
}

/**
 * The money saved, against a host that approves everything: the amounts of the frauds that were blocked or reviewed, less the cost of all
 * reviews, less what the blocked good transactions cost. A review is taken to find out the truth.
 */
export function moneySaved(
  { reviewed, fraudAmountStopped, goodAmountBlocked }: DecidedSums,
  { reviewCost, blockCost }: Costs,
): number {
  return fraudAmountStopped - reviewCost * reviewed - blockCost * goodAmountBlocked;
}
