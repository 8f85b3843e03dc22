import type { ScoreGroups } from './score-groups.js';

/**
 * Area under the ROC curve: the share of pairs of a fraud and a good row in which the fraud has the higher score. A pair of equal scores
 * counts half (Mann and Whitney, 1947).
 *
 * @returns null if there is no fraud, or only fraud.
 */
export function areaUnderRoc({ good, fraud }: ScoreGroups): number | null {
  let pairs = 0;
  let goodBelow = 0;
  let frauds = 0;
  for (let place = 0; place < good.length; place += 1) {
    const goodHere = good[place] as number;
    const fraudHere = fraud[place] as number;
    pairs += fraudHere * (goodBelow + goodHere / 2);
    goodBelow += goodHere;
    frauds += fraudHere;
  }
  return frauds === 0 || goodBelow === 0 ? null : pairs / (frauds * goodBelow);
}

/**
 * Average precision, as scikit-learn's `average_precision_score` defines it: the sum of (R[n] − R[n − 1]) · P[n] over the scores in
 * descending order. P[n] and R[n] are the precision and detection rate of all rows with this score or a higher one. There is no
 * interpolation.
 *
 * @returns null if there is no fraud.
 */
export function averagePrecision({ good, fraud }: ScoreGroups): number | null {
  let rows = 0;
  let frauds = 0;
  let sum = 0;
  for (let place = good.length - 1; place >= 0; place -= 1) {
    const fraudHere = fraud[place] as number;
    frauds += fraudHere;
    rows += fraudHere + (good[place] as number);
    sum += fraudHere * (frauds / rows);
  }
  return frauds === 0 ? null : sum / frauds;
}
