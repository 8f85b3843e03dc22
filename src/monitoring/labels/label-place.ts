import type { Calibration } from './calibration.js';
import type { LabelCells, LabelledDecision } from './label-cells.js';
import type { LabelCounts } from './label-counts.js';

/**
 * Where decisions of one version and one day are counted: in the version's cells and in those of all versions, for that day and for all
 * days. A decision keeps its place, so that it is later subtracted from the same cells, even if its day is no longer listed.
 */
export class LabelPlace {
  /** The UTC day since 1970. */
  day = Number.NaN;
  /** The version's counts; null if the version is not known. */
  version: LabelCounts | null = null;
  readonly cells: LabelCells[] = [];
  readonly #calibrations: Calibration[] = [];

  join(day: number, counts: readonly LabelCounts[]): void {
    this.day = day;
    for (const { cells, days, calibration } of counts) {
      this.cells.push(cells, days.at(day));
      this.#calibrations.push(calibration);
    }
  }

  addPending(code: number, by: 1 | -1): void {
    for (const cells of this.cells) cells.addPending(code, by);
  }

  addUnlabelled(code: number): void {
    for (const cells of this.cells) cells.addUnlabelled(code);
  }

  /** @param score NaN if it is not known. @param by −1 removes it again. */
  addLabelled(decision: LabelledDecision, score: number, by: 1 | -1): void {
    for (const cells of this.cells) cells.addLabelled(decision, by);
    for (const calibration of this.#calibrations) calibration.add(score, decision.isFraud, by);
  }
}
