import { type FraudScorerError, InferenceError, WorkerLostError } from '../errors.js';
import { type FaultReport, watched } from '../host/faults.js';
import type { BatchTraces } from '../monitoring/traces/batch-traces.js';
import { LostTask } from '../pool/lost-task.js';
import type { BatchReply, BatchTask } from '../protocol/serving.js';
import { type RequestTable, rowStates } from '../requests/request-table.js';
import { addRow, type Batch, isSuspect, type Lane, type Lanes } from './lanes.js';
import { Retries } from './retries.js';
import type { BatchFailure } from './retry-plan.js';

/** A batch that a worker has answered. Its outputs are in its lane. */
export interface Landed {
  readonly lane: Lane;
  readonly reply: Exclude<BatchReply, { error: string }>;
}

/** The workers of a version. The pool exists after they have started. */
export interface BatchWorkers {
  readonly pool: {
    /** Workers that are ready to take batches now. */
    readonly readyWorkers: number;
    /**
     * Reserves one worker, so that it takes no new batches and a batch can run alone on it. Or ends the reservation.
     *
     * @returns whether the reserved worker exists and is idle.
     */
    keepQuiet(isWanted: boolean): boolean;
    /** @param isAlone run on the reserved worker. @throws {LostTask} if no worker answers. */
    run(task: BatchTask, isAlone: boolean): Promise<BatchReply>;
  };
}

export interface FlightsOptions {
  table: RequestTable;
  lanes: Lanes;
  workers: BatchWorkers;
  onLanded: (landed: Landed) => void;
  /** A request cannot be answered. */
  onFailed: (row: number, error: FraudScorerError) => void;
  /** Something can be sent that could not be sent before. 'soon': check after other events of this turn. */
  onChange: (when: 'now' | 'soon') => void;
  /** Tracing of batches. @default none */
  traces?: BatchTraces | undefined;
  onFault: FaultReport;
}

/** Batches that workers hold, each in its lane, and batches that must be sent again. */
export class Flights {
  readonly #options: FlightsOptions;
  readonly #running = new Set<Lane>();
  readonly #retries: Retries;
  /** The batch that has a worker to itself. */
  #alone: Lane | null = null;

  constructor(options: FlightsOptions) {
    this.#options = options;
    this.#retries = new Retries(options.table, (row, failure, reason) =>
      options.onFailed(row, failureError(failure, reason)),
    );
  }

  /** Batches that workers hold. */
  get inWorkers(): number {
    return this.#running.size;
  }

  /** Whether one of them has a worker to itself. */
  get hasAlone(): boolean {
    return this.#alone !== null;
  }

  /** Whether a worker is reserved for a batch of its own. */
  get keepsQuiet(): boolean {
    return this.#alone !== null || (this.#retries.batches.length > 0 && this.#retries.hasSuspect);
  }

  /** Requests that will be sent again. */
  get retrying(): number {
    return this.#retries.batches.length === 0 ? 0 : this.#retries.rows.length;
  }

  /** Requests in batches. Includes those settled early while a worker still holds them. */
  get rows(): number {
    let rows = this.retrying;
    for (const { count } of this.#running) rows += count;
    return rows;
  }

  /** Sends a lane with its rows. @param isRetry whether the rows were in a batch before. */
  send(lane: Lane, now: number, isRetry = false): void {
    const { table, lanes, workers, traces } = this.#options;
    const { rows, count } = lane;
    for (let place = 0; place < count; place += 1) table.state[rows[place] as number] = rowStates.running;
    lane.sentAt = now;
    lanes.share(lane);
    this.#running.add(lane);
    const isAlone = isSuspect(lane);
    if (isAlone) this.#alone = lane;
    if (traces?.isActive === true) traces.sent(lane, isRetry);
    workers.pool
      .run({ kind: 'batch', lane: lane.index, rows: count }, isAlone)
      .then(
        (reply) => this.#landed(lane, reply),
        (error: unknown) => this.#lost(lane, error),
      )
      .catch(this.#options.onFault);
  }

  /**
   * Sends one failed batch again, if there is one and a worker can take it.
   *
   * @param mayShare whether a worker has a place for it. Unlike waiting requests, it may go behind the batch of a busy worker.
   * @param expire gives up a request whose deadline has passed, which may not have been noticed yet.
   * @returns whether a batch was sent.
   */
  sendRetry(now: number, mayShare: () => boolean, expire: (row: number) => void): boolean {
    const { lanes, workers } = this.#options;
    const isQuiet = workers.pool.keepQuiet(this.keepsQuiet);
    if (this.#retries.batches.length === 0) return false;
    this.#retries.expire(now, expire);
    const mayBeAlone = isQuiet && this.#alone === null && lanes.free > 0;
    const sharing = mayShare() ? this.#retries.take('sharing') : null;
    const batch = sharing ?? (mayBeAlone ? this.#retries.take('alone') : null);
    if (batch === null) return false;
    this.send(this.#laneWith(batch), now, true);
    return true;
  }

  #laneWith(batch: Batch): Lane {
    const lane = this.#options.lanes.take();
    for (let place = 0; place < batch.count; place += 1) addRow(lane, batch.rows[place] as number, this.#options.table);
    lane.deaths = batch.deaths;
    lane.errors = batch.errors;
    return lane;
  }

  #landed(lane: Lane, reply: BatchReply): void {
    this.#letGoOf(lane, reply);
    if ('error' in reply) {
      this.#retries.failed(lane, 'error', reply.error);
      this.#options.lanes.release(lane);
    } else {
      this.#options.onLanded({ lane, reply });
    }
    this.#options.onChange('now');
  }

  #lost(lane: Lane, error: unknown): void {
    this.#letGoOf(lane, null);
    const isUnsent = error instanceof LostTask && error.kind === 'unsent';
    const letGo = error instanceof LostTask ? error.letGo : null;
    if (letGo !== null) this.#quarantine(lane, letGo);
    if (isUnsent) this.#retries.unsent(lane);
    else if (letGo !== null) this.#failHung(lane);
    else this.#retries.failed(lane, 'death', error instanceof Error ? error.message : 'The worker was lost');
    if (letGo === null) this.#options.lanes.release(lane);
    this.#options.onChange(isUnsent ? 'soon' : 'now');
  }

  #failHung({ rows, generations, count }: Lane): void {
    const { table, onFailed } = this.#options;
    for (let place = 0; place < count; place += 1) {
      const row = rows[place] as number;
      if (table.isCurrent(row, generations[place] as number)) onFailed(row, failureError('death', 'The worker hung'));
    }
  }

  /** A hung worker may still write. Nobody gets the lane until that is impossible. */
  #quarantine(lane: Lane, letGo: Promise<void>): void {
    const { lanes, onChange, onFault } = this.#options;
    const freed = letGo.then(() => {
      lanes.release(lane);
      onChange('now');
    });
    watched(freed, onFault);
  }

  /** @param reply null if the worker was lost. */
  #letGoOf(lane: Lane, reply: BatchReply | null): void {
    const { traces } = this.#options;
    if (traces !== undefined && traces.open > 0) traces.ended(lane, reply);
    this.#running.delete(lane);
    if (this.#alone === lane) this.#alone = null;
  }
}

function failureError(failure: BatchFailure, reason: string): FraudScorerError {
  return failure === 'error'
    ? new InferenceError(`The runtime failed on this request: ${reason}`)
    : new WorkerLostError(`${reason} while it held this request`);
}
