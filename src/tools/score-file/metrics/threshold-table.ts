import { ratio } from '../../../monitoring/ratio.js';
import type { Cumulative, RowsAbove } from './cumulative.js';
import { type Costs, moneySaved } from './money-saved.js';

/** Both compared as the policy does: above, not at. */
export interface Thresholds {
  reviewProbability: number;
  blockProbability: number;
}

/** What becomes of the labelled rows under a policy. Positive means blocked or reviewed. A ratio without a denominator is null. */
export interface PolicyOutcome {
  /** Of all rows. */
  blockedShare: number | null;
  reviewedShare: number | null;
  /** Of the positive rows, those that are fraud. */
  precision: number | null;
  /** Of the frauds, those that are positive. */
  detectionRate: number | null;
  /** Of the good rows, those that are positive. */
  falsePositiveRate: number | null;
  /** As `moneySaved` has it; null without amounts. */
  saved: number | null;
}

export type ThresholdRow = Thresholds & PolicyOutcome;

/** Where the scores of most models tell policies apart. */
export const usualThresholds: readonly number[] = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99,
];

/**
 * For each threshold: what becomes of the rows where it is the `reviewProbability`. What is above `blockProbability` too is blocked; where
 * the threshold is above that, all that is above the threshold is blocked.
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
