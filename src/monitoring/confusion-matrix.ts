import type { Decision } from '../api/result.js';
import type { BusinessSummary } from '../api/summary.js';
import { ratio } from './ratio.js';

/** Labels of one kind that came to decisions of one kind. */
export interface LabelledDecisions {
  decision: Decision;
  fraud: boolean;
  count: number;
}

const decisions = ['APPROVE', 'REVIEW', 'BLOCK'] as const satisfies readonly Decision[];

/** How decisions compare with their labels. Positive means flagged: blocked or reviewed. */
export class ConfusionMatrix {
  /** By decision: labels of legitimate transactions, and of frauds. */
  readonly #labels: Record<Decision, [legitimate: number, fraud: number]> = {
    APPROVE: [0, 0],
    REVIEW: [0, 0],
    BLOCK: [0, 0],
  };

  add(decision: Decision, isFraud: boolean): void {
    this.#labels[decision][isFraud ? 1 : 0] += 1;
  }

  remove(decision: Decision, isFraud: boolean): void {
    this.#labels[decision][isFraud ? 1 : 0] -= 1;
  }

  /** By decision and label. */
  get cells(): LabelledDecisions[] {
    return decisions.flatMap((decision) =>
      [false, true].map((fraud) => ({ decision, fraud, count: this.#labels[decision][fraud ? 1 : 0] })),
    );
  }

  get #confusion(): BusinessSummary['confusion'] {
    const { APPROVE, REVIEW, BLOCK } = this.#labels;
    return {
      truePositives: REVIEW[1] + BLOCK[1],
      falsePositives: REVIEW[0] + BLOCK[0],
      trueNegatives: APPROVE[0],
      falseNegatives: APPROVE[1],
    };
  }

  summary(): Pick<BusinessSummary, 'labelled' | 'confusion' | 'precision' | 'detectionRate' | 'falsePositiveRate'> {
    const confusion = this.#confusion;
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = confusion;
    return {
      labelled: truePositives + falsePositives + trueNegatives + falseNegatives,
      confusion,
      precision: ratio(truePositives, truePositives + falsePositives),
      detectionRate: ratio(truePositives, truePositives + falseNegatives),
      falsePositiveRate: ratio(falsePositives, falsePositives + trueNegatives),
    };
  }
}
