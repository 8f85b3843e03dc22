import type { Decision, ModelResult } from '../../api/result.js';
import { type BestThresholds, bestThresholds } from './metrics/best-thresholds.js';
import { Cumulative, type RowsAbove } from './metrics/cumulative.js';
import type { Costs } from './metrics/money-saved.js';
import { areaUnderRoc, averagePrecision } from './metrics/ranking.js';
import { ScoreTally } from './metrics/score-tally.js';
import { outcomeOf, type PolicyOutcome, type ThresholdRow, thresholdTable } from './metrics/threshold-table.js';
import type { PreparedRow } from './prepared-row.js';

/** How good the scores of labelled rows are. */
export interface Evaluation {
  /** Rows with a label. Other rows do not count here. */
  labelled: number;
  frauds: number;
  unlabelled: number;
  /** null if there is no fraud, or only fraud. */
  areaUnderRoc: number | null;
  averagePrecision: number | null;
  /** False if there were so many different scores that similar scores were counted as one. */
  isExact: boolean;
  costs: Costs | null;
  /** The scorer's decisions, by the thresholds of probability and risk. */
  decided: PolicyOutcome;
  /** The decisions of other thresholds of the fraud probability. */
  thresholds: ThresholdRow[];
  /** The thresholds of the fraud probability that save most; null without amounts. */
  best: BestThresholds | null;
}

const nothing: RowsAbove = { good: 0, fraud: 0, goodAmount: 0, fraudAmount: 0 };

/** Counts labelled rows while they are scored. */
export class LabelledRows {
  readonly #tally = new ScoreTally();
  readonly #byDecision: Record<Decision, RowsAbove> = {
    APPROVE: { ...nothing },
    REVIEW: { ...nothing },
    BLOCK: { ...nothing },
  };
  #unlabelled = 0;

  add({ isFraud, amount }: Pick<PreparedRow, 'isFraud' | 'amount'>, result: ModelResult): void {
    if (isFraud === null) {
      this.#unlabelled += 1;
      return;
    }
    this.#tally.add(result.fraudProbability, isFraud, amount);
    const rows = this.#byDecision[result.decision];
    rows[isFraud ? 'fraud' : 'good'] += 1;
    rows[isFraud ? 'fraudAmount' : 'goodAmount'] += amount;
  }

  cumulative(): Cumulative {
    return new Cumulative(this.#tally.groups());
  }

  /**
   * @param thresholds the thresholds of the table.
   * @param blockProbability the policy's threshold.
   */
  evaluate(thresholds: readonly number[], blockProbability: number, costs: Costs | null): Evaluation {
    const groups = this.#tally.groups();
    const cumulative = new Cumulative(groups);
    const { APPROVE, REVIEW, BLOCK } = this.#byDecision;
    const stopped = sumOf(REVIEW, BLOCK);
    const { good, fraud } = cumulative.all;
    return {
      labelled: good + fraud,
      frauds: fraud,
      unlabelled: this.#unlabelled,
      areaUnderRoc: areaUnderRoc(groups),
      averagePrecision: averagePrecision(groups),
      isExact: this.#tally.isExact,
      costs,
      decided: outcomeOf(sumOf(APPROVE, stopped), stopped, BLOCK, costs),
      thresholds: thresholdTable(cumulative, thresholds, blockProbability, costs),
      best: costs === null ? null : bestThresholds(cumulative, costs),
    };
  }
}

function sumOf(a: RowsAbove, b: RowsAbove): RowsAbove {
  return {
    good: a.good + b.good,
    fraud: a.fraud + b.fraud,
    goodAmount: a.goodAmount + b.goodAmount,
    fraudAmount: a.fraudAmount + b.fraudAmount,
  };
}
