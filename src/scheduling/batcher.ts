import { DeadlineExceededError } from '../errors.js';
import { watched } from '../host/faults.js';
import { type RequestTable, rowStates } from '../requests/request-table.js';
import { type BatchSnapshot, decideBatch, leastAnswerMs, type SendReason } from './batch-policy.js';
import type { BatcherOptions } from './batcher-options.js';
import { Flights, type Landed } from './flights.js';
import { Landings } from './landings.js';
import { type BatchLatency, BatchLatencyModel } from './latency-model.js';
import { lookAgainMs, Pump } from './pump.js';
import { type LateRows, RequestQueue } from './request-queue.js';

/**
 * Sends one version's requests to its workers: queues rows, sends them in batches as the policy decides, and hands each row back exactly
 * once, answered or failed. A row can be handed back in time even while its batch still runs.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #table: RequestTable;
  readonly #queue: RequestQueue;
  readonly #latency = new BatchLatencyModel();
  readonly #flights: Flights;
  readonly #pump: Pump;
  /** Batches by the reason why they were sent. Read by others. */
  readonly sends: Record<SendReason, number> = { idleWorker: 0, full: 0, delayOver: 0, deadline: 0 };
  readonly #landings: Landings;
  #sentSinceColumns = 0;

  constructor(options: BatcherOptions) {
    const { clock, table, lanes, workers } = options;
    this.#options = options;
    this.#table = table;
    this.#queue = new RequestQueue(table);
    this.#pump = new Pump(clock, () => this.#sendAll());
    this.#landings = new Landings({ clock, lanes, answers: options.answers, onHandedOut: () => this.pump() });
    this.#flights = new Flights({
      ...{ table, lanes, workers, traces: options.traces },
      onLanded: (landed) => this.#land(landed),
      onFailed: options.fail,
      onChange: (when) => (when === 'now' ? this.pump() : this.#pumpSoon()),
      onFault: options.onFault,
    });
  }

  /** Requests that wait for a worker. */
  get waiting(): number {
    return this.#queue.length;
  }

  get maxWaiting(): number {
    return this.#queue.longest;
  }

  /** Requests in batches that workers hold (also those settled early), and requests that wait to be sent again. */
  get inFlight(): number {
    return this.#flights.rows + this.#landings.rows;
  }

  get busyWorkers(): number {
    return Math.min(this.#inWorkers, this.#options.workers.pool.readyWorkers);
  }

  /** How long a batch takes, as far as it is known. */
  get latency(): Pick<BatchLatency, 'fixedMs' | 'perRowMs'> | null {
    const latency = this.#latency.coefficients;
    return latency === null ? null : { fixedMs: latency.fixedMs, perRowMs: latency.perRowMs };
  }

  /** How long the oldest waiting request has waited, in ms; 0 if none waits. */
  get oldestWaitMs(): number {
    return this.#queue.oldestWaitMs(this.#options.clock.now());
  }

  /** Since when there has been a waiting request without a break, on the monotonic clock; null if none waits. */
  get waitingSince(): number | null {
    return this.#queue.waitingSince;
  }

  /** Whether a batch has come back and not all its callers are told yet. */
  get isHandingOut(): boolean {
    return this.#landings.batches > 0;
  }

  /** Whether a request that came now could possibly be answered in time. */
  canAnswerWithin(timeoutMs: number, priority: number): boolean {
    const perRowMs = this.#latency.coefficients?.perRowAtLeastMs ?? 0;
    // Nearly always true: even a single worker could handle all waiting requests in time.
    if (perRowMs * (this.#queue.length + 1) <= timeoutMs) return true;
    const readyWorkers = this.#options.workers.pool.readyWorkers;
    const leastMs = leastAnswerMs({
      ahead: this.#queue.ahead(priority),
      idleWorkers: readyWorkers - this.#inWorkers,
      readyWorkers,
      latency: this.#latency.coefficients,
    });
    return leastMs <= timeoutMs;
  }

  /** @param row a row in the state `entering` whose features are already copied. */
  add(row: number): void {
    this.#queue.push(row);
    this.#table.state[row] = rowStates.waiting;
    this.#pumpSoon();
  }

  /** Takes a row off the queue if it is there, because it is settled early. */
  remove(row: number): void {
    if (this.#table.state[row] === rowStates.waiting) this.#queue.remove(row);
    if (!this.#isWaiting) this.#pump.rest();
  }

  /** Sends whatever can be sent now. Call it when a worker becomes ready. */
  pump(): void {
    this.#pump.now();
  }

  /** Sends batches that were held back, if they may be sent now. */
  resume(): void {
    if (this.#isWaiting && this.#options.mayRun?.() !== false) this.pump();
  }

  /** A worker that is reserved for a batch of its own may have become idle. */
  noteFreeWorker(): void {
    if (this.#flights.retrying > 0) this.#pumpSoon();
  }

  /** Clears the timers. Nothing waits any more. */
  dispose(): void {
    this.#pump.rest();
  }

  /** @returns the time after which to check again, in ms. */
  #sendAll(): number {
    const { clock, limits, fail, mayRun, workers } = this.#options;
    const expire = (row: number): void => fail(row, new DeadlineExceededError(this.#table.timeoutMs[row] as number));
    for (;;) {
      const now = clock.now();
      if (mayRun?.() === false) {
        // Columns come from a caller, so they are sent even if this version's batches are held back.
        if (!this.#columnsWait || !this.#mayShare())
          return this.#isWaiting ? lookAgainMs.heldBack : Number.POSITIVE_INFINITY;
        this.#sendColumns();
        continue;
      }
      // Failed batches go before waiting requests.
      if (this.#flights.sendRetry(now, this.#mayShare, expire)) continue;
      // The queue is usually empty after a batch was sent, and at low load also when one comes back.
      if (!this.#isWaiting) {
        this.#noteChange();
        this.#options.onEmpty?.();
        return Number.POSITIVE_INFINITY;
      }
      const decision = decideBatch(this.#snapshot(now), limits);
      if (decision.action === 'wait') {
        this.#noteChange();
        // If there is no worker, nothing else may keep the process alive, but a caller is waiting.
        return workers.pool.readyWorkers === 0 ? Math.min(decision.ms, lookAgainMs.stranded) : decision.ms;
      }
      if (decision.action === 'sendColumns') this.#sendColumns();
      else this.#send(decision.rows, decision.reason, now);
    }
  }

  readonly #mayShare = (): boolean => this.#snapshot(this.#options.clock.now()).freePlaces > 0;

  #pumpSoon(): void {
    if (this.#options.lanes.free > 0) this.#pump.soon();
  }

  /** Batches and chunks that workers hold. */
  get #inWorkers(): number {
    return this.#flights.inWorkers + this.#options.columns.inFlight;
  }

  #snapshot(now: number): BatchSnapshot {
    const { workers, places, placesPerWorker, lanes } = this.#options;
    // A worker that is reserved for a batch of its own takes no other work.
    const ready = Math.max(workers.pool.readyWorkers - (this.#flights.keepsQuiet ? 1 : 0), 0);
    const running = this.#inWorkers - (this.#flights.hasAlone ? 1 : 0);
    const most = Math.min(ready * placesPerWorker, places, 2 * places - this.#batchesUnsettled());
    return {
      waiting: this.#queue.length,
      oldestWaitMs: this.#queue.oldestWaitMs(now),
      soonestDeadlineMs: this.#queue.soonestDeadlineAt - now,
      idleWorkers: Math.max(ready - running, 0),
      freePlaces: Math.min(Math.max(most - running, 0), lanes.free),
      latency: this.#latency.coefficients,
      columnsWait: this.#columnsWait,
      sentSinceColumns: this.#sentSinceColumns,
    };
  }

  #sendColumns(): void {
    this.#sentSinceColumns = 0;
    watched(
      this.#options.columns.send().finally(() => this.pump()),
      this.#options.onFault,
    );
  }

  /** Batches that have come back, or will be sent again, still hold rows. There are enough rows for twice the places. */
  #batchesUnsettled(): number {
    return this.#landings.batches + Math.ceil(this.#flights.retrying / this.#options.limits.maxBatchSize);
  }

  get #columnsWait(): boolean {
    const { columns } = this.#options;
    return columns.openCalls > 0 && columns.isWaiting;
  }

  /** Whether anything waits to be sent. */
  get #isWaiting(): boolean {
    return this.#queue.length > 0 || this.#flights.retrying > 0 || this.#columnsWait;
  }

  #send(rows: number, reason: SendReason, now: number): void {
    const leastMs = rows * (this.#latency.coefficients?.perRowAtLeastMs ?? 0);
    const lane = this.#options.lanes.take();
    const late = this.#queue.moveTo(lane, rows, now, leastMs);
    if (lane.count === 0) {
      this.#options.lanes.release(lane);
    } else {
      this.sends[reason] += 1;
      this.#sentSinceColumns += 1;
      this.#flights.send(lane, now);
    }
    if (late !== null) this.#refuse(late);
  }

  /** Only after the batch is sent: host code is called here, and it may do anything to the rows. */
  #refuse({ rows, generations }: LateRows): void {
    const { timeoutMs } = this.#table;
    for (const [index, row] of rows.entries()) {
      if (!this.#table.isCurrent(row, generations[index] as number)) continue;
      this.#options.fail(row, new DeadlineExceededError(timeoutMs[row] as number, { isEarly: true }));
    }
  }

  #land(landed: Landed): void {
    this.#latency.record(landed.lane.count, landed.reply.inferenceMs);
    this.#landings.add(landed, this.#queue.length > 0 || this.#flights.inWorkers > 0);
  }

  #noteChange(): void {
    if (!this.#isWaiting) this.#pump.rest();
    const { changes } = this.#options;
    if (changes.isAwaited) changes.tell();
  }
}
