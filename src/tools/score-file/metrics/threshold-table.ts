import { ratio } from '../../../monitoring/ratio.js';
import type { Cumulative, RowsAbove } from './cumulative.js';
import { type Costs, moneySaved } from './money-saved.js';

/** Both are compared as the policy does: above, not equal. */
export interface Thresholds {
  reviewProbability: number;
  blockProbability: number;
}

/** The result of a policy on the labelled rows. Positive means blocked or reviewed. A ratio is null if its denominator is 0. */
export interface PolicyOutcome {
  /** Share of all rows. */
  blockedShare: number | null;
  reviewedShare: number | null;
  /** Share of the positive rows that are fraud. */
  precision: number | null;
  /** Share of the frauds that are positive. */
  detectionRate: number | null;
  /** Share of the good rows that are positive. */
  falsePositiveRate: number | null;
  /** See `moneySaved`; null without amounts. */
  saved: number | null;
}

export type ThresholdRow = Thresholds & PolicyOutcome;

/** Thresholds at which the scores of most models differ. */
export const usualThresholds: readonly number[] = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99,
];

/**
 * For each threshold: the result if it is the `reviewProbability`. Rows above `blockProbability` too are blocked. If the threshold is above
 * `blockProbability`, all rows above the threshold are blocked.
 */
export function thresholdTable(
  cumulative: Cumulative,
  thresholds: readonly number[],
  blockProbability: number,
  costs: Costs | null,
): ThresholdRow[] {
  return thresholds.map((reviewProbability) =>
    outcomeAt(
      cumulative,
      { reviewProbability, blockProbability: Math.max(reviewProbability, blockProbability) },
      costs,
    ),
  );
}

export function outcomeAt(cumulative: Cumulative, thresholds: Thresholds, costs: Costs | null): ThresholdRow {
  const blocked = cumulative.above(thresholds.blockProbability);
  const stopped = cumulative.above(Math.min(thresholds.reviewProbability, thresholds.blockProbability));
  return { ...thresholds, ...outcomeOf(cumulative.all, stopped, blocked, costs) };
}

/** @param stopped the rows that are blocked or reviewed. */
export function outcomeOf(all: RowsAbove, stopped: RowsAbove, blocked: RowsAbove, costs: Costs | null): PolicyOutcome {
  const rows = all.good + all.fraud;
  const positive = stopped.good + stopped.fraud;
  const blockedRows = blocked.good + blocked.fraud;
  const reviewed = positive - blockedRows;
  return {
    blockedShare: ratio(blockedRows, rows),
    reviewedShare: ratio(reviewed, rows),
    precision: ratio(stopped.fraud, positive),
    detectionRate: ratio(stopped.fraud, all.fraud),
    falsePositiveRate: ratio(stopped.good, all.good),
    saved:
      costs === null
        ? null
        : moneySaved(
            { reviewed, fraudAmountStopped: stopped.fraudAmount, goodAmountBlocked: blocked.goodAmount },
            costs,
          ),
  };
}
