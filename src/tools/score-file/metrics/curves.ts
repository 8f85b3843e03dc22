import type { Cumulative } from './cumulative.js';
import type { Costs } from './money-saved.js';
import { outcomeAt } from './threshold-table.js';

export type Point = readonly [x: number, y: number];

/** The data of the charts, each sorted by x. */
export interface Curves {
  /** Points of (false positive rate, detection rate). */
  roc: Point[];
  /** Points of (detection rate, precision). */
  precisionRecall: Point[];
  /** By threshold. */
  precision: Point[];
  detectionRate: Point[];
  stoppedShare: Point[];
  /** By threshold, if all rows above it are reviewed, or all are blocked. Empty without amounts. */
  savedByReview: Point[];
  savedByBlock: Point[];
}

/** The most points in a chart. */
const maxPoints = 500;

export function curvesOf(cumulative: Cumulative, costs: Costs | null): Curves {
  const curves: Curves = {
    roc: [],
    precisionRecall: [],
    precision: [],
    detectionRate: [],
    stoppedShare: [],
    savedByReview: [],
    savedByBlock: [],
  };
  const { all } = cumulative;
  for (const place of placesOf(cumulative).reverse()) {
    const { good, fraud } = cumulative.from(place);
    const positive = good + fraud;
    if (all.good > 0 && all.fraud > 0) curves.roc.push([good / all.good, fraud / all.fraud]);
    if (positive > 0 && all.fraud > 0) curves.precisionRecall.push([fraud / all.fraud, fraud / positive]);
  }
  for (let step = 0; step <= maxPoints / 5; step += 1)
    addAtThreshold(curves, cumulative, step / (maxPoints / 5), costs);
  return curves;
}

function addAtThreshold(curves: Curves, cumulative: Cumulative, threshold: number, costs: Costs | null): void {
  const reviewed = outcomeAt(cumulative, { reviewProbability: threshold, blockProbability: 1 }, costs);
  const blocked = outcomeAt(cumulative, { reviewProbability: threshold, blockProbability: threshold }, costs);
  const add = (points: Point[], value: number | null): void => {
    if (value !== null) points.push([threshold, value]);
  };
  add(curves.precision, blocked.precision);
  add(curves.detectionRate, blocked.detectionRate);
  add(curves.stoppedShare, blocked.blockedShare);
  add(curves.savedByReview, reviewed.saved);
  add(curves.savedByBlock, blocked.saved);
}

/** Indices of groups, ascending. They are spread evenly by rank of frauds and of all rows, so that every part of a curve has points. */
function placesOf({ scores, fraud, good }: Cumulative): number[] {
  if (scores.length <= maxPoints) return Array.from({ length: scores.length + 1 }, (_, place) => place);
  const places = new Set([0, scores.length]);
  for (const sums of [fraud, good]) {
    const step = (sums[0] as number) / (maxPoints / 2);
    let next = sums[0] as number;
    for (let place = 0; place <= scores.length; place += 1) {
      if ((sums[place] as number) > next) continue;
      places.add(place);
      next = (sums[place] as number) - step;
    }
  }
  return [...places].sort((a, b) => a - b);
}
