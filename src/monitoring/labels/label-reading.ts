import type { CoverageSeen } from '../../api/alerts.js';
import type { Decision } from '../../api/result.js';
import { ratio } from '../ratio.js';
import { coverageOfAll } from './cell-summaries.js';
import { decisionsByCode, type LabelCells } from './label-cells.js';
import type { LabelCounts } from './label-counts.js';

/** The labelled transactions of one decision and one label. */
export interface LabelReading {
  readonly decision: Decision;
  readonly isFraud: boolean;
  /** Falls when a label is revised: a gauge. */
  readonly count: number;
  /** The sum of the amounts that are known, in the host's currency: a gauge too. */
  readonly amount: number;
}

/** All six of them, also those without labels. */
export function readLabels({ cells }: { readonly cells: LabelCells }): LabelReading[] {
  return decisionsByCode.flatMap((decision, code) =>
    [false, true].map((isFraud) => ({
      decision,
      isFraud,
      count: cells.labelled(code, isFraud),
      amount: cells.amount(code, isFraud),
    })),
  );
}

/** Of which decisions a coverage is. */
export interface CoverageOptions {
  /** The UTC day since 1970, see `dayOf`. */
  readonly today: number;
  /** Whole days that a label may take. Decisions that may be younger are not counted; 0: all are. */
  readonly delayDays: number;
}

/**
 * The coverage of decisions that are old enough to have a label, by now: that of all would fall with each burst of traffic. Decisions are
 * held by the day, so that one is counted once its day has been over for the delay. Decisions without an id are in none: no label can come.
 */
export function readCoverage(
  { cells, days }: Pick<LabelCounts, 'cells' | 'days'>,
  { today, delayDays }: CoverageOptions,
): CoverageSeen {
  if (delayDays === 0) return coverageOfAll(cells);
  let decided = 0;
  let labelled = 0;
  for (const [day, ofDay] of days) {
    if (today - day <= delayDays) continue;
    const each = coverageOfAll(ofDay);
    decided += each.decided;
    labelled += each.labelled;
  }
  return { decided, labelled, coverage: ratio(labelled, decided) };
}
