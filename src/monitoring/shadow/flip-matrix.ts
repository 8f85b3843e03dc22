import type { Decision } from '../../api/result.js';

const decisions = ['APPROVE', 'REVIEW', 'BLOCK'] as const satisfies readonly Decision[];

/** Counts pairs of decisions, equal ones too. */
export class FlipMatrix {
  readonly #counts = new Float64Array(decisions.length * decisions.length);

  /** Pairs from another process. @param counts see `counts`. @returns null if they are not as many as expected. */
  static from(counts: readonly number[]): FlipMatrix | null {
    const made = new FlipMatrix();
    if (counts.length !== made.#counts.length) return null;
    made.#counts.set(counts);
    return made;
  }

  /** All cells, row by row. */
  get counts(): number[] {
    return [...this.#counts];
  }

  add(other: FlipMatrix): void {
    for (const [cell, count] of other.#counts.entries()) this.#counts[cell] = (this.#counts[cell] as number) + count;
  }

  record(primary: Decision, shadow: Decision): void {
    const cell = indexOf(primary) * decisions.length + indexOf(shadow);
    this.#counts[cell] = (this.#counts[cell] as number) + 1;
  }

  /** `flips[primary][shadow]`. */
  get flips(): Record<Decision, Record<Decision, number>> {
    return { APPROVE: this.#row('APPROVE'), REVIEW: this.#row('REVIEW'), BLOCK: this.#row('BLOCK') };
  }

  /** The number of all pairs, and of pairs with different decisions. */
  get totals(): { compared: number; flipped: number } {
    let compared = 0;
    let flipped = 0;
    for (const [cell, count] of this.#counts.entries()) {
      compared += count;
      // Equal decisions are on the diagonal.
      if (cell % (decisions.length + 1) !== 0) flipped += count;
    }
    return { compared, flipped };
  }

  #row(primary: Decision): Record<Decision, number> {
    const start = indexOf(primary) * decisions.length;
    const [APPROVE = 0, REVIEW = 0, BLOCK = 0] = this.#counts.subarray(start, start + decisions.length);
    return { APPROVE, REVIEW, BLOCK };
  }
}

/** The index in `decisions`, without a lookup. */
function indexOf(decision: Decision): number {
  if (decision === 'APPROVE') return 0;
  return decision === 'REVIEW' ? 1 : 2;
}
