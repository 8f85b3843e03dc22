import type { Outcome } from 'fraud-scorer';
import type { Transaction } from 'fraud-scorer/reference';

/** A label that waits. It can be reported when it is due and its transaction has an answer. */
export interface DelayedLabel {
  readonly id: string;
  readonly isFraud: boolean;
  readonly dueMs: number;
  /** Whether the transaction was scored; null while that is open. */
  scored: boolean | null;
}

/** Used entries at the front of the list are dropped in groups of this size, because dropping each would move all others. */
const SPENT_LIMIT = 4_096;

/** Holds the file's labels back until their delay has passed in the data's own time, because a bank learns them weeks later. */
export class DelayedLabels {
  readonly #delayMs: number;
  readonly #record: (outcome: Outcome) => boolean;
  /** In the order of the transactions, which is the order in which they become due. */
  #waiting: DelayedLabel[] = [];
  #spent = 0;
  #matched = 0;
  #unmatched = 0;

  /** @param record called with each label when it is due. It returns whether the label could be matched with a decision. */
  constructor(delayMs: number, record: (outcome: Outcome) => boolean) {
    this.#delayMs = delayMs;
    this.#record = record;
  }

  /** Labels that were matched, labels that could not be matched, and labels that are still held back. */
  get counts(): { matched: number; unmatched: number; waiting: number } {
    return { matched: this.#matched, unmatched: this.#unmatched, waiting: this.#waiting.length - this.#spent };
  }

  /** Takes a transaction's label if it has one. The code that scores the transaction sets `scored` on it afterwards. */
  hold({ transactionId, isFraud, timestampMs }: Transaction): DelayedLabel | undefined {
    if (isFraud === undefined) return undefined;
    const label = { id: transactionId, isFraud, dueMs: timestampMs + this.#delayMs, scored: null };
    this.#waiting.push(label);
    return label;
  }

  /** Reports every label that is due at this time of the data, if its transaction is answered. */
  releaseUntil(nowMs: number): void {
    for (let next = this.#waiting[this.#spent]; next !== undefined; next = this.#waiting[this.#spent]) {
      // A label that is due but unanswered delays the labels after it, as long as an answer takes.
      if (next.dueMs > nowMs || next.scored === null) break;
      this.#spent++;
      if (!next.scored) continue;
      if (this.#record({ id: next.id, isFraud: next.isFraud })) this.#matched++;
      else this.#unmatched++;
    }
    if (this.#spent < SPENT_LIMIT) return;
    this.#waiting = this.#waiting.slice(this.#spent);
    this.#spent = 0;
  }
}
