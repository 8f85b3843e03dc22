import type { BusinessSummary } from '../../api/summary.js';
import { ratio } from '../ratio.js';

type Cell = keyof BusinessSummary['confusion'];

/** How decisions compare with their labels. Positive means flagged: blocked or reviewed. */
export class ConfusionMatrix {
  readonly #counts: Record<Cell, number> = {
    truePositives: 0,
    falsePositives: 0,
    trueNegatives: 0,
    falseNegatives: 0,
  };

  add(flagged: boolean, isFraud: boolean): void {
    this.#counts[cellOf(flagged, isFraud)] += 1;
  }

  remove(flagged: boolean, isFraud: boolean): void {
    this.#counts[cellOf(flagged, isFraud)] -= 1;
  }

  summary(): Pick<BusinessSummary, 'labelled' | 'confusion' | 'precision' | 'detectionRate' | 'falsePositiveRate'> {
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = this.#counts;
    return {
      labelled: truePositives + falsePositives + trueNegatives + falseNegatives,
      confusion: { ...this.#counts },
      precision: ratio(truePositives, truePositives + falsePositives),
      detectionRate: ratio(truePositives, truePositives + falseNegatives),
      falsePositiveRate: ratio(falsePositives, falsePositives + trueNegatives),
    };
  }
}

function cellOf(flagged: boolean, isFraud: boolean): Cell {
  if (flagged) return isFraud ? 'truePositives' : 'falsePositives';
  return isFraud ? 'falseNegatives' : 'trueNegatives';
}
