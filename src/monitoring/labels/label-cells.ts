import type { Decision } from '../../api/result.js';
import { addTo } from './double-sum.js';

/** Decisions in the order of their codes 0, 1 and 2. */
export const decisionsByCode = ['APPROVE', 'REVIEW', 'BLOCK'] as const satisfies readonly Decision[];

/** Not with a table of names, because that lookup takes longer. */
export function codeOf(decision: Decision): number {
  if (decision === 'APPROVE') return 0;
  return decision === 'REVIEW' ? 1 : 2;
}

/** With larger amounts, a sum would lose cents or overflow. Such an amount counts as unknown. */
const maxAmount = Number.MAX_SAFE_INTEGER;

// The index at which each kind of count begins. By decision and label there are six cells: 2 · decision + (1 if fraud).
const labelled = 0;
const withAmount = 6;
const amountHigh = 12;
const amountLow = 18;
// By decision there are three cells.
const labelledOwn = 24;
const pending = 27;
const unlabelled = 30;
const size = 33;

/** A labelled decision, as the cells need it. */
export interface LabelledDecision {
  /** 0 APPROVE, 1 REVIEW, 2 BLOCK. */
  code: number;
  isFraud: boolean;
  /** NaN if it is not known. */
  amount: number;
  /** Whether this scorer decided. False if the host reported the decision. */
  isOwn: boolean;
}

/** Transactions by decision and label, and the sums of their amounts, for one version or all, and for one day or all. */
export class LabelCells {
  readonly #cells = new Float64Array(size);

  /** Cells from another process. @param values see `values`. @returns null if they are not as many as expected. */
  static from(values: readonly number[]): LabelCells | null {
    if (values.length !== size) return null;
    const made = new LabelCells();
    made.#cells.set(values);
    return made;
  }

  /** All cells in their order. */
  get values(): number[] {
    return [...this.#cells];
  }

  add({ values }: LabelCells): void {
    const cells = this.#cells;
    for (const [cell, value] of values.entries()) {
      if (cell < amountHigh || cell >= labelledOwn) cells[cell] = (cells[cell] as number) + value;
    }
    for (let high = amountHigh; high < amountLow; high += 1) {
      const low = high + amountLow - amountHigh;
      addTo(cells, high, low, values[high] as number);
      addTo(cells, high, low, values[low] as number);
    }
  }

  /** A decision of this scorer whose label may come. @param by −1 removes it again. */
  addPending(code: number, by: 1 | -1): void {
    this.#cells[pending + code] = (this.#cells[pending + code] as number) + by;
  }

  /** A decision whose label did not come in time. */
  addUnlabelled(code: number): void {
    this.#cells[unlabelled + code] = (this.#cells[unlabelled + code] as number) + 1;
  }

  /** @param by −1 removes it again. */
  addLabelled({ code, isFraud, amount, isOwn }: LabelledDecision, by: 1 | -1): void {
    const cells = this.#cells;
    const cell = 2 * code + (isFraud ? 1 : 0);
    cells[labelled + cell] = (cells[labelled + cell] as number) + by;
    if (isOwn) cells[labelledOwn + code] = (cells[labelledOwn + code] as number) + by;
    if (!(Math.abs(amount) <= maxAmount)) return;
    const left = (cells[withAmount + cell] as number) + by;
    cells[withAmount + cell] = left;
    if (left === 0) {
      cells[amountHigh + cell] = 0;
      cells[amountLow + cell] = 0;
    } else {
      addTo(cells, amountHigh + cell, amountLow + cell, by * amount);
    }
  }

  labelled(code: number, isFraud: boolean): number {
    return this.#cells[labelled + 2 * code + (isFraud ? 1 : 0)] as number;
  }

  /** Those of `labelled` whose amount is known. */
  withAmount(code: number, isFraud: boolean): number {
    return this.#cells[withAmount + 2 * code + (isFraud ? 1 : 0)] as number;
  }

  /** The sum of the amounts of `withAmount`. */
  amount(code: number, isFraud: boolean): number {
    const cell = 2 * code + (isFraud ? 1 : 0);
    return (this.#cells[amountHigh + cell] as number) + (this.#cells[amountLow + cell] as number);
  }

  labelledOwn(code: number): number {
    return this.#cells[labelledOwn + code] as number;
  }

  pending(code: number): number {
    return this.#cells[pending + code] as number;
  }

  unlabelled(code: number): number {
    return this.#cells[unlabelled + code] as number;
  }
}
