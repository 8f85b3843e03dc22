import type { CoverageSeen } from '../../api/alerts.js';
import type { Decision } from '../../api/result.js';
import { ratio } from '../ratio.js';
import { coverageOfAll } from './cell-summaries.js';
import { decisionsByCode, type LabelCells } from './label-cells.js';
import type { LabelCounts } from './label-counts.js';

/** The labelled transactions with one decision and one label. */
export interface LabelReading {
  readonly decision: Decision;
  readonly isFraud: boolean;
  /** It falls if a label is revised, so it is a gauge. */
  readonly count: number;
  /** The sum of the known amounts, in the host's currency. Also a gauge. */
  readonly amount: number;
}

/** All six combinations, also those without labels. */
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

/** The decisions that a coverage counts. */
export interface CoverageOptions {
  /** The UTC day since 1970, see `dayOf`. */
  readonly today: number;
  /** Days that a label may take. Decisions that may be younger are not counted. With 0, all are counted. */
  readonly delayDays: number;
}

/**
 * The label coverage of decisions that are old enough to have a label. The coverage of all decisions would fall with each burst of traffic.
 * Decisions are grouped by day: one counts after its day has been over for the delay. Decisions without an id never count, because they
 * cannot get a label.
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
