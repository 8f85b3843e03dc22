import type { Decision } from '../../api/result.js';
import type { BusinessSummary, LabelCoverage, MoneySummary } from '../../api/summary.js';
import { ratio } from '../ratio.js';
import { decisionsByCode, type LabelCells } from './label-cells.js';

const approve = 0;
const review = 1;
const block = 2;

/** Compares decisions with their labels. Positive means blocked or reviewed. */
export function confusionOf(
  cells: LabelCells,
): Pick<BusinessSummary, 'labelled' | 'confusion' | 'precision' | 'detectionRate' | 'falsePositiveRate'> {
  const truePositives = cells.labelled(review, true) + cells.labelled(block, true);
  const falsePositives = cells.labelled(review, false) + cells.labelled(block, false);
  const trueNegatives = cells.labelled(approve, false);
  const falseNegatives = cells.labelled(approve, true);
  return {
    labelled: truePositives + falsePositives + trueNegatives + falseNegatives,
    confusion: { truePositives, falsePositives, trueNegatives, falseNegatives },
    precision: ratio(truePositives, truePositives + falsePositives),
    detectionRate: ratio(truePositives, truePositives + falseNegatives),
    falsePositiveRate: ratio(falsePositives, falsePositives + trueNegatives),
  };
}

export function coverageOf(cells: LabelCells): Record<Decision, LabelCoverage> {
  const of = (code: number): LabelCoverage => {
    const labelled = cells.labelledOwn(code);
    const pending = cells.pending(code);
    const unlabelled = cells.unlabelled(code);
    const decided = labelled + pending + unlabelled;
    return { decided, labelled, pending, unlabelled, coverage: ratio(labelled, decided) };
  };
  return { APPROVE: of(approve), REVIEW: of(review), BLOCK: of(block) };
}

/** All decisions together. */
export function coverageOfAll(cells: LabelCells): Pick<LabelCoverage, 'decided' | 'coverage'> & { labelled: number } {
  let labelled = 0;
  let decided = 0;
  for (const code of [approve, review, block]) {
    const ofCode = cells.labelledOwn(code);
    labelled += ofCode;
    decided += ofCode + cells.pending(code) + cells.unlabelled(code);
  }
  return { decided, labelled, coverage: ratio(labelled, decided) };
}

export function moneyOf(cells: LabelCells): MoneySummary {
  const sums = (isFraud: boolean): Record<Decision, number> => ({
    APPROVE: cells.amount(approve, isFraud),
    REVIEW: cells.amount(review, isFraud),
    BLOCK: cells.amount(block, isFraud),
  });
  const fraud = sums(true);
  const legitimate = sums(false);
  let withoutAmount = 0;
  for (const code of decisionsByCode.keys()) {
    for (const isFraud of [false, true])
      withoutAmount += cells.labelled(code, isFraud) - cells.withAmount(code, isFraud);
  }
  return {
    fraudCaught: fraud.REVIEW + fraud.BLOCK,
    fraudMissed: fraud.APPROVE,
    goodStopped: legitimate.REVIEW + legitimate.BLOCK,
    goodApproved: legitimate.APPROVE,
    fraud,
    legitimate,
    withoutAmount,
  };
}
