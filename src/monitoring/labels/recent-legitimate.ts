import { ratio } from '../ratio.js';
import type { PendingDecisions } from './pending-decisions.js';
import { noSlot } from './pending-decisions.js';
import { notRecent, placeMask } from './pending-piece.js';

/** The number of labels in the false positive rate of the alerts. */
const recentLabels = 1_000;

const nothing = 0;
const passed = 1;
const flagged = 2;

/** The share of the latest legitimate transactions that was flagged (null without a label), and their number. */
export interface FalsePositiveReading {
  rate: number | null;
  labels: number;
}

/** The decisions that were most recently labelled legitimate, of all versions or of one, as a ring. */
export class RecentLegitimate {
  readonly #pending: PendingDecisions;
  /** The column that stores a decision's place in this ring. */
  readonly #column: 'recent' | 'recentOfVersion';
  readonly #state = new Uint8Array(recentLabels);
  /** The slot of each decision, as long as the decision is remembered. */
  readonly #slot = new Int32Array(recentLabels).fill(noSlot);
  #next = 0;

  constructor(pending: PendingDecisions, column: 'recent' | 'recentOfVersion') {
    this.#pending = pending;
    this.#column = column;
  }

  /** A decision was labelled legitimate. */
  add(slot: number, isFlagged: boolean): void {
    const place = this.#next;
    this.#next = (place + 1) % recentLabels;
    this.remove(slot);
    this.#unlink(place);
    this.#state[place] = isFlagged ? flagged : passed;
    this.#slot[place] = slot;
    this.#pending.pieceOf(slot)[this.#column][slot & placeMask] = place;
  }

  /** A transaction was scored again. Its latest decision counts. */
  update(slot: number, isFlagged: boolean): void {
    const place = this.#placeOf(slot);
    if (place !== notRecent) this.#state[place] = isFlagged ? flagged : passed;
  }

  /** A label was revised. */
  remove(slot: number): void {
    const place = this.#placeOf(slot);
    if (place === notRecent) return;
    this.#state[place] = nothing;
    this.#unlink(place);
  }

  /** A decision is no longer remembered. Its label still counts. */
  release(slot: number): void {
    const place = this.#placeOf(slot);
    if (place !== notRecent) this.#unlink(place);
  }

  get falsePositiveRate(): FalsePositiveReading {
    let labels = 0;
    let stopped = 0;
    for (const state of this.#state) {
      if (state !== nothing) labels += 1;
      if (state === flagged) stopped += 1;
    }
    return { rate: ratio(stopped, labels), labels };
  }

  #placeOf(slot: number): number {
    return this.#pending.pieceOf(slot)[this.#column][slot & placeMask] as number;
  }

  #unlink(place: number): void {
    const slot = this.#slot[place] as number;
    if (slot === noSlot) return;
    this.#pending.pieceOf(slot)[this.#column][slot & placeMask] = notRecent;
    this.#slot[place] = noSlot;
  }
}
