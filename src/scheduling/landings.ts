import type { Clock } from '../host/clock.js';
import type { Landed } from './flights.js';
import type { Lanes } from './lanes.js';

/** Answers the requests of batches that came back. */
export interface BatchAnswers {
  answer(landed: readonly Landed[], answeredAt: number): void;
}

export interface LandingsOptions {
  clock: Clock;
  lanes: Lanes;
  answers: BatchAnswers;
  /** Batches were handed out, and their lanes are free again. */
  onHandedOut: () => void;
}

/** Batches that came back and are not handed out yet. They keep their lanes until every caller is told. */
export class Landings {
  readonly #options: LandingsOptions;
  #landed: Landed[] = [];
  #handingOut: readonly Landed[] = [];

  constructor(options: LandingsOptions) {
    this.#options = options;
  }

  get batches(): number {
    return this.#landed.length + this.#handingOut.length;
  }

  get rows(): number {
    let rows = 0;
    for (const { lane } of this.#landed) rows += lane.count;
    for (const { lane } of this.#handingOut) rows += lane.count;
    return rows;
  }

  /**
   * First the worker gets its next batch. The callers are told after the event loop has heard every worker. Telling the callers takes as
   * long as a batch takes in a worker. If it came first, the worker that was heard first would answer again before the others were heard,
   * and the others would starve.
   *
   * @param mayWait whether there is something to send, or another worker to hear. If not, the callers are told at once.
   */
  add(landed: Landed, mayWait: boolean): void {
    if (this.#landed.push(landed) > 1) return;
    if (mayWait) this.#options.clock.soon(() => this.#handOut());
    else this.#handOut();
  }

  #handOut(): void {
    const { clock, lanes, answers, onHandedOut } = this.#options;
    this.#handingOut = this.#landed;
    this.#landed = [];
    try {
      answers.answer(this.#handingOut, clock.now());
    } finally {
      for (const { lane } of this.#handingOut) lanes.release(lane);
      this.#handingOut = [];
      onHandedOut();
    }
  }
}
