import type { CalibrationBin, CalibrationSummary } from '../../api/summary.js';
import { ratio } from '../ratio.js';
import { addTo } from './double-sum.js';

export const calibrationBins = 10;

// For each bin: labels, frauds, and the sum of the scores in two cells.
const labels = 0;
const frauds = 1;
const scoreHigh = 2;
const scoreLow = 3;
const cellsPerBin = 4;
// After the bins: the sum of the squared errors in two cells.
const errorHigh = calibrationBins * cellsPerBin;
const errorLow = errorHigh + 1;

/** How often transactions with a given score were fraud. */
export class Calibration {
  readonly #cells = new Float64Array(errorLow + 1);

  /** A calibration from another process. @param values see `values`. @returns null if they are not as many as expected. */
  static from(values: readonly number[]): Calibration | null {
    if (values.length !== errorLow + 1) return null;
    const made = new Calibration();
    made.#cells.set(values);
    return made;
  }

  /** All cells in their order. */
  get values(): number[] {
    return [...this.#cells];
  }

  /** Adds another calibration, of other transactions. */
  addAll({ values }: Calibration): void {
    const cells = this.#cells;
    for (let bin = 0; bin < errorHigh; bin += cellsPerBin) {
      for (const count of [labels, frauds]) {
        cells[bin + count] = (cells[bin + count] as number) + (values[bin + count] as number);
      }
      for (const part of [scoreHigh, scoreLow]) {
        addTo(cells, bin + scoreHigh, bin + scoreLow, values[bin + part] as number);
      }
    }
    for (const part of [errorHigh, errorLow]) addTo(cells, errorHigh, errorLow, values[part] as number);
  }

  /** @param score the fraud probability, in [0, 1]; NaN if it is not known, then nothing is counted. @param by −1 removes it again. */
  add(score: number, isFraud: boolean, by: 1 | -1): void {
    if (Number.isNaN(score)) return;
    const cells = this.#cells;
    const bin = cellsPerBin * binOf(score);
    const error = score - (isFraud ? 1 : 0);
    cells[bin + labels] = (cells[bin + labels] as number) + by;
    if (isFraud) cells[bin + frauds] = (cells[bin + frauds] as number) + by;
    addTo(cells, bin + scoreHigh, bin + scoreLow, by * score);
    addTo(cells, errorHigh, errorLow, by * error * error);
    if (cells[bin + labels] === 0) cells.fill(0, bin + scoreHigh, bin + scoreLow + 1);
  }

  /** Sources: Brier (1950); the expected calibration error is from Naeini, Cooper and Hauskrecht (2015). */
  summary(): CalibrationSummary {
    const bins = Array.from({ length: calibrationBins }, (_, bin) => this.#bin(bin));
    let count = 0;
    let fraud = 0;
    let score = 0;
    let gap = 0;
    for (const [index, bin] of bins.entries()) {
      const scores = this.#scores(index);
      count += bin.labels;
      fraud += bin.frauds;
      score += scores;
      gap += Math.abs(bin.frauds - scores);
    }
    const error = (this.#cells[errorHigh] as number) + (this.#cells[errorLow] as number);
    return {
      labels: count,
      meanScore: ratio(score, count),
      fraudShare: ratio(fraud, count),
      brierScore: count === 0 ? null : Math.max(error / count, 0),
      expectedCalibrationError: ratio(gap, count),
      bins,
    };
  }

  #bin(index: number): CalibrationBin {
    const at = cellsPerBin * index;
    const count = this.#cells[at + labels] as number;
    const fraud = this.#cells[at + frauds] as number;
    return {
      from: index / calibrationBins,
      to: (index + 1) / calibrationBins,
      labels: count,
      frauds: fraud,
      meanScore: ratio(this.#scores(index), count),
      fraudShare: ratio(fraud, count),
    };
  }

  #scores(index: number): number {
    const at = cellsPerBin * index;
    return (this.#cells[at + scoreHigh] as number) + (this.#cells[at + scoreLow] as number);
  }
}

/** The bounds are rounded to float32 too, as scores are. 0.7 is slightly less in float32 and belongs to the bin that begins at 0.7. */
function binOf(score: number): number {
  return Math.min(Math.floor(Math.fround(score * calibrationBins)), calibrationBins - 1);
}
