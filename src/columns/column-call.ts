import type { ColumnScores, ModelIdentity } from '../api/result.js';
import type { FraudScorerError } from '../errors.js';
import type { Timer } from '../host/clock.js';
import type { DecisionCounts } from '../monitoring/counts.js';
import type { Column } from './column-values.js';

/** Rows of a call that a worker gets at once. */
export interface Chunk {
  row: number;
  rows: number;
  /** Whether it was lost with a worker, or the runtime failed on it, before. */
  isRetry: boolean;
}

/** One call of `scoreColumns` on its way. */
export class ColumnCall {
  readonly scores: ColumnScores;
  /** Rows whose scores are there. */
  scored = 0;
  /** What they came to; it counts once the caller has them all. */
  readonly counts: DecisionCounts = { APPROVE: 0, REVIEW: 0, BLOCK: 0, highRisk: 0 };
  #sent = 0;
  /** Chunks that did not come back and go out once more. */
  readonly #lost: Chunk[] = [];
  /** Its deadline's. */
  timer: Timer | null = null;
  /** Takes the caller's abort listener away again. */
  stopListening: (() => void) | null = null;
  #isSettled = false;

  constructor(
    readonly columns: readonly Column[],
    readonly rows: number,
    model: ModelIdentity,
    readonly settlement: { resolve(scores: ColumnScores): void; reject(error: FraudScorerError): void },
  ) {
    this.scores = {
      fraudProbability: new Float32Array(rows),
      riskScore: new Float32Array(rows),
      decision: new Uint8Array(rows),
      model,
    };
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Whether rows wait for a worker. */
  get isWaiting(): boolean {
    return !this.#isSettled && (this.#sent < this.rows || this.#lost.length > 0);
  }

  /** Takes the next rows to send, at most so many; one that did not come back goes out as it was. */
  take(maxRows: number): Chunk {
    const lost = this.#lost.pop();
    if (lost !== undefined) return lost;
    const row = this.#sent;
    const rows = Math.min(maxRows, this.rows - row);
    this.#sent += rows;
    return { row, rows, isRetry: false };
  }

  /**
   * Puts a chunk back that has no scores.
   *
   * @param wasSent whether a worker had it, rather than none to be found.
   * @returns whether it may go out again, which it may once where it was sent.
   */
  putBack(chunk: Chunk, wasSent: boolean): boolean {
    if (wasSent && chunk.isRetry) return false;
    this.#lost.push({ ...chunk, isRetry: chunk.isRetry || wasSent });
    return true;
  }

  /** @returns whether it was not settled before. */
  settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.timer?.clear();
    this.stopListening?.();
    return true;
  }
}
