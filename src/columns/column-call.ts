import type { ColumnScores, ModelIdentity } from '../api/result.js';
import type { FraudScorerError } from '../errors.js';
import type { Timer } from '../host/clock.js';
import type { DecisionCounts } from '../monitoring/counts.js';
import type { Column } from './column-values.js';

/** Rows of a call that are sent to a worker together. */
export interface Chunk {
  row: number;
  rows: number;
  /** Whether it failed before: its worker was lost, or the runtime failed on it. */
  isRetry: boolean;
}

/** One open call of `scoreColumns`. */
export class ColumnCall {
  readonly scores: ColumnScores;
  /** Number of rows that have scores. */
  scored = 0;
  /** Decisions so far. They are recorded only when the caller has all rows. */
  readonly counts: DecisionCounts = { APPROVE: 0, REVIEW: 0, BLOCK: 0, highRisk: 0 };
  #sent = 0;
  /** Chunks that failed and must be sent once more. */
  readonly #lost: Chunk[] = [];
  /** The timer of the deadline. */
  timer: Timer | null = null;
  /** Removes the listener from the caller's abort signal. */
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

  /** Takes the next rows to send, at most `maxRows`. A chunk that failed is sent again unchanged. */
  take(maxRows: number): Chunk {
    const lost = this.#lost.pop();
    if (lost !== undefined) return lost;
    const row = this.#sent;
    const rows = Math.min(maxRows, this.rows - row);
    this.#sent += rows;
    return { row, rows, isRetry: false };
  }

  /**
   * Puts back a chunk that was not scored.
   *
   * @param wasSent whether a worker had the chunk. False if no worker was found.
   * @returns whether it may be sent again. A chunk that was sent may be sent only once more.
   */
  putBack(chunk: Chunk, wasSent: boolean): boolean {
    if (wasSent && chunk.isRetry) return false;
    this.#lost.push({ ...chunk, isRetry: chunk.isRetry || wasSent });
    return true;
  }

  /** @returns whether the call was still open. */
  settle(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.timer?.clear();
    this.stopListening?.();
    return true;
  }
}
