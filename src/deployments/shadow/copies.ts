import type { ScoreRequest } from '../../api/request.js';
import type { Decision, ModelResult } from '../../api/result.js';
import type { FaultReport } from '../../host/faults.js';
import { noCopy, type RequestTable } from '../../requests/request-table.js';
import type { CopyBudget } from './copy-budget.js';
import type { Shadow } from './shadow.js';

/** The most requests whose copies may be open at the same time. */
export const mostCopied = 8_192;

/** The state of the primary's answer to a copied request. */
const states = { free: 0, open: 1, answered: 2, failed: 3 } as const;

/**
 * The requests that shadows have copies of, and the results of the version that answers. Each request has a place. The place is free again
 * when that version and all shadows are done with it. Nothing here affects the caller.
 */
export class Copies {
  /** Whether there is a shadow. A plain field, because every request reads it. */
  isActive = false;
  #shadows: readonly Shadow[] = [];
  readonly #table: RequestTable;
  readonly #budget: Pick<CopyBudget, 'hasTime' | 'made'>;
  readonly #onFault: FaultReport;
  readonly #free = Int32Array.from({ length: mostCopied }, (_, index) => mostCopied - 1 - index);
  #freeCount = mostCopied;
  /** The number of open answers: those of the shadows with a copy, and that of the version that answers. */
  readonly #open = new Uint8Array(mostCopied);
  readonly #state = new Uint8Array(mostCopied);
  readonly #decisions: Decision[] = new Array(mostCopied).fill('APPROVE');
  readonly #scores = new Float32Array(mostCopied);
  /** Which of all requests that were ever copied it is, from 0: records of its decisions have it. */
  readonly #numbers = new Float64Array(mostCopied);
  #nextNumber = 0;

  constructor(table: RequestTable, budget: Pick<CopyBudget, 'hasTime' | 'made'>, onFault: FaultReport) {
    this.#table = table;
    this.#budget = budget;
    this.#onFault = onFault;
  }

  get shadows(): readonly Shadow[] {
    return this.#shadows;
  }

  addShadow(shadow: Shadow): void {
    this.#shadows = [...this.#shadows, shadow];
    this.isActive = true;
  }

  /** Sends no more copies to a shadow. Copies that it has are answered or given up. */
  removeShadow(shadow: Shadow): void {
    this.#shadows = this.#shadows.filter((other) => other !== shadow);
    this.isActive = this.#shadows.length > 0;
  }

  /** Copies a request that was taken in. Never throws. */
  add(row: number, request: ScoreRequest): void {
    try {
      this.#add(row, request);
    } catch (error) {
      this.#onFault(error);
    }
  }

  #add(row: number, request: ScoreRequest): void {
    const place = this.#freeCount === 0 ? noCopy : (this.#free[this.#freeCount - 1] as number);
    const { features } = request;
    const hasTime = this.#budget.hasTime;
    let taken = 0;
    for (const shadow of this.#shadows) if (shadow.take(place, features, hasTime)) taken += 1;
    if (taken === 0) return;
    this.#budget.made(taken);
    this.#freeCount -= 1;
    this.#open[place] = taken + 1;
    this.#state[place] = states.open;
    this.#numbers[place] = this.#nextNumber;
    this.#nextNumber += 1;
    this.#table.copy[row] = place;
  }

  /** Which of all requests that were ever copied it is. */
  numberOf(place: number): number {
    return this.#numbers[place] as number;
  }

  /** The version that answers has answered. */
  answered(place: number, { decision, fraudProbability }: ModelResult): void {
    this.#state[place] = states.answered;
    this.#decisions[place] = decision;
    this.#scores[place] = fraudProbability;
    for (const shadow of this.#shadows) shadow.compare(place, decision, fraudProbability);
    this.#leave(place);
  }

  /** The version that answers gave no model answer. */
  failed(place: number): void {
    this.#state[place] = states.failed;
    for (const shadow of this.#shadows) shadow.forget(place);
    this.#leave(place);
  }

  /** A shadow has answered its copy. @returns whether it must keep its answer until the other version answers. */
  shadowAnswered(shadow: Shadow, place: number, decision: Decision, score: number): boolean {
    const state = this.#state[place];
    if (state === states.answered) {
      shadow.record(this.#decisions[place] as Decision, this.#scores[place] as number, decision, score);
    } else if (state === states.failed) {
      shadow.drop('unpaired');
    }
    this.#leave(place);
    return state === states.open;
  }

  /** A shadow gave its copy up. */
  shadowFailed(place: number): void {
    this.#leave(place);
  }

  /** Sends copies that were held back while callers' requests waited. */
  resume(): void {
    for (const { deployment } of this.#shadows) deployment.batcher.resume();
  }

  #leave(place: number): void {
    const open = (this.#open[place] as number) - 1;
    this.#open[place] = open;
    if (open > 0) return;
    this.#state[place] = states.free;
    this.#free[this.#freeCount] = place;
    this.#freeCount += 1;
  }
}
