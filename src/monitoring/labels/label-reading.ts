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

/** How many of some decisions have a label. */
export interface CoverageReading {
  readonly decided: number;
  readonly labelled: number;
  /** null without decisions. */
  readonly coverage: number | null;
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

/**
 * The coverage of decisions that are old enough to have a label, by now: that of all would fall with each burst of traffic.
 *
 * @param today the UTC day since 1970, see `dayOf`. @param minAgeDays the youngest decisions that are looked at.
 */
export function readCoverage({ days }: LabelCounts, today: number, minAgeDays: number): CoverageReading {
  let decided = 0;
  let labelled = 0;
  for (const [day, cells] of days.entries) {
    if (today - day < minAgeDays) continue;
    const each = coverageOfAll(cells);
    decided += each.decided;
    labelled += each.labelled;
  }
  return { decided, labelled, coverage: ratio(labelled, decided) };
}
