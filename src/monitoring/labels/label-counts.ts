import type { BusinessSummary, LabelDaySummary } from '../../api/summary.js';
import { ratio } from '../ratio.js';
import { Calibration } from './calibration.js';
import { confusionOf, coverageOf, coverageOfAll, moneyOf } from './cell-summaries.js';
import { LabelCells } from './label-cells.js';
import { dayText, LabelDays } from './label-days.js';
import { LabelPlace } from './label-place.js';
import type { FalsePositiveReading, RecentLegitimate } from './recent-legitimate.js';

export type LabelsSummary = Pick<
  BusinessSummary,
  | 'labelled'
  | 'labelCoverage'
  | 'confusion'
  | 'precision'
  | 'detectionRate'
  | 'falsePositiveRate'
  | 'coverage'
  | 'money'
  | 'calibration'
  | 'days'
>;

/** The counts of labels, as plain JSON. */
export interface LabelsReading {
  /** See `LabelCells.values`. */
  readonly cells: readonly number[];
  /** See `Calibration.values`. */
  readonly calibration: readonly number[];
  /** By UTC day since 1970, the oldest first. */
  readonly days: readonly (readonly [day: number, cells: readonly number[]])[];
}

/** Labels and the decisions that they were compared with, for one version or for all. */
export class LabelCounts {
  readonly cells = new LabelCells();
  readonly calibration = new Calibration();
  readonly days = new LabelDays(() => new LabelCells());
  readonly #places = new LabelDays<LabelPlace>(() => new LabelPlace());
  /** The place that was used last, which is usually today's. */
  latestPlace: LabelPlace | null = null;
  /** The version's latest labels of legitimate transactions; null before there is one. The store of the decisions updates it. */
  recent: RecentLegitimate | null = null;

  /** Counts from another process. They can be added up and summarised. @returns null if they are not as expected. */
  static from({ cells, calibration, days }: LabelsReading): LabelCounts | null {
    const made = new LabelCounts();
    const [all, calibrated] = [LabelCells.from(cells), Calibration.from(calibration)];
    if (all === null || calibrated === null) return null;
    made.cells.add(all);
    made.calibration.addAll(calibrated);
    for (const [day, values] of days) {
      const ofDay = LabelCells.from(values);
      if (ofDay === null) return null;
      made.days.at(day).add(ofDay);
    }
    return made;
  }

  get reading(): LabelsReading {
    return {
      cells: this.cells.values,
      calibration: this.calibration.values,
      days: this.days.entries.map(([day, cells]) => [day, cells.values]),
    };
  }

  /** Adds counts of other transactions. */
  add(other: LabelCounts): void {
    this.cells.add(other.cells);
    this.calibration.addAll(other.calibration);
    for (const [day, cells] of other.days.entries) this.days.at(day).add(cells);
  }

  /** Where decisions of a day are counted. @param all the counts of all versions. */
  placeAt(day: number, all: LabelCounts): LabelPlace {
    const place = this.#places.at(day);
    if (place.cells.length === 0) {
      place.version = all === this ? null : this;
      place.join(day, all === this ? [this] : [all, this]);
    }
    this.latestPlace = place;
    return place;
  }

  /** The share of the version's latest legitimate transactions that was flagged, and their number. */
  get recentFalsePositiveRate(): FalsePositiveReading {
    return this.recent?.falsePositiveRate ?? { rate: null, labels: 0 };
  }

  /** Labels of decisions that this scorer made itself. */
  get labelledOwn(): number {
    return coverageOfAll(this.cells).labelled;
  }

  /** @param total the decisions that labels are compared with. */
  summary(total: number): LabelsSummary {
    return {
      ...confusionOf(this.cells),
      labelCoverage: ratio(this.labelledOwn, total),
      coverage: coverageOf(this.cells),
      money: moneyOf(this.cells),
      calibration: this.calibration.summary(),
      days: this.days.entries.map(([day, cells]) => daySummary(day, cells)).filter(isUsed),
    };
  }
}

function daySummary(day: number, cells: LabelCells): LabelDaySummary {
  const { decided, coverage } = coverageOfAll(cells);
  const { fraudCaught, fraudMissed, goodStopped, goodApproved } = moneyOf(cells);
  const money = { fraudCaught, fraudMissed, goodStopped, goodApproved };
  return { day: dayText(day), decided, labelCoverage: coverage, ...confusionOf(cells), ...money };
}

/** False for a day whose transactions were all scored again on a later day. */
function isUsed({ decided, labelled }: LabelDaySummary): boolean {
  return decided > 0 || labelled > 0;
}
