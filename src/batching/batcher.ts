import type { Clock } from '../clock.js';
import { DeadlineExceededError, type FraudScorerError } from '../errors.js';
import { type FaultReport, watched } from '../faults.js';
import type { PendingRequest } from '../request/pending-request.js';
import { type BatchLimits, type BatchSnapshot, decideBatch, leastAnswerMs, type SendReason } from './batch-policy.js';
import { DeadlineWheel } from './deadline-wheel.js';
import { Flights, type FlightsOptions } from './flights.js';
import { type LandedBatch, LandedBatches, type LandedBatchesOptions } from './landed-batches.js';
import { type BatchLatency, BatchLatencyModel } from './latency-model.js';
import { Pump } from './pump.js';
import { RequestQueue } from './request-queue.js';
import { SendCounter } from './send-counter.js';
import type { Slots } from './slots.js';
import { Waiters } from './waiters.js';

/** How often to look for a worker while none is there and requests wait. */
const strandedMs = 1_000;

/** Rows that are not requests, which take the lanes that requests leave free, those behind busy workers too. */
export interface ColumnSource {
  readonly isWaiting: boolean;
  /** Chunks that workers hold. */
  readonly inFlight: number;
  readonly isIdle: boolean;
  /** Sends the next chunk. Resolves when it is back, and never rejects. */
  send(): Promise<void>;
}

export interface BatcherOptions
  extends Pick<FlightsOptions, 'keepQuiet' | 'run'>,
    Pick<LandedBatchesOptions, 'onBatch' | 'onOutputs'> {
  clock: Clock;
  slots: Slots;
  limits: BatchLimits;
  /** Batches and chunks of columns that workers may hold at once; the slots have twice as many lanes. */
  lanes: number;
  /** Of these, how many one worker may hold. */
  lanesPerWorker: number;
  /** Workers ready to take batches, now. */
  readyWorkers: () => number;
  columns: ColumnSource;
  /** The request is settled; its caller may be told. */
  onAnswered: (request: PendingRequest) => void;
  onFailed: (request: PendingRequest, error: FraudScorerError) => void;
  onFault: FaultReport;
}

/**
 * Brings requests and workers together: takes requests in, sends them in batches as the policy says, and hands each back
 * exactly once, answered or failed, in time even while its batch still runs.
 */
export class Batcher {
  readonly #options: BatcherOptions;
  readonly #queue = new RequestQueue();
  readonly #deadlines: DeadlineWheel;
  readonly #latency = new BatchLatencyModel();
  readonly #flights: Flights;
  readonly #landed: LandedBatches;
  readonly #pump: Pump;
  readonly #sends = new SendCounter();
  #sentSinceColumns = 0;
  readonly #roomWaiters = new Waiters();
  readonly #idleWaiters = new Waiters();

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.#pump = new Pump(options.clock, () => this.#sendAll());
    this.#landed = new LandedBatches({
      onBatch: options.onBatch,
      onOutputs: options.onOutputs,
      onAnswered: (request) => {
        this.#finish(request);
        options.onAnswered(request);
      },
      onFailed: (request, error) => this.#settleFailed(request, error),
      releaseSlot: (slot) => options.slots.release(slot),
    });
    this.#flights = new Flights({
      lanes: 2 * options.lanes,
      place: (lane, requests) => options.slots.place(lane, requests),
      releaseSlots: (requests) => this.#landed.releaseSlots(requests),
      keepQuiet: options.keepQuiet,
      run: options.run,
      onLanded: (landed) => this.#land(landed),
      onFailed: (request, error) => this.#settleFailed(request, error),
      onChange: (when) => (when === 'now' ? this.pump() : this.#pumpSoon()),
      onFault: options.onFault,
    });
    this.#deadlines = new DeadlineWheel(options.clock, (request) => this.#expire(request));
  }

  /** Requests that wait for a worker. */
  get waiting(): number {
    return this.#queue.length;
  }

  get maxWaiting(): number {
    return this.#queue.longest;
  }

  /** Requests in batches that workers hold, those settled early included, or that wait for another worker. */
  get inFlight(): number {
    return this.#flights.rows + this.#landed.rows;
  }

  get busyWorkers(): number {
    return Math.min(this.#inWorkers, this.#options.readyWorkers());
  }

  /** How long a batch takes, as far as is known. */
  get latency(): Pick<BatchLatency, 'fixedMs' | 'perRowMs'> | null {
    const latency = this.#latency.coefficients;
    return latency === null ? null : { fixedMs: latency.fixedMs, perRowMs: latency.perRowMs };
  }

  /** Batches by why they were sent. */
  get sends(): Record<SendReason, number> {
    return this.#sends.summary;
  }

  /** How long the oldest waiting request has waited, in ms; 0 where none waits. */
  get oldestWaitMs(): number {
    return this.#queue.oldestWaitMs(this.#options.clock.now());
  }

  /** Since when, on the monotonic clock, there has always been a request waiting; null where there is none. */
  get waitingSince(): number | null {
    return this.#queue.waitingSince;
  }

  /** Whether a request that came now could be answered in time, as far as is known beyond doubt. */
  canAnswerWithin(timeoutMs: number, priority: number): boolean {
    const perRowMs = this.#latency.coefficients?.perRowAtLeastMs ?? 0;
    // So it is nearly always, even if a single worker had to take all that wait.
    if (perRowMs * (this.#queue.length + 1) <= timeoutMs) return true;
    const readyWorkers = this.#options.readyWorkers();
    const leastMs = leastAnswerMs({
      ahead: this.#queue.ahead(priority),
      idleWorkers: readyWorkers - this.#inWorkers,
      readyWorkers,
      latency: this.#latency.coefficients,
    });
    return leastMs <= timeoutMs;
  }

  /** @param request one that has a slot with its features in it. */
  add(request: PendingRequest): void {
    this.#queue.push(request);
    this.#deadlines.add(request);
    this.#pumpSoon();
  }

  /** Settles a request early with an error; one that is settled already stays as it is. */
  giveUp(request: PendingRequest, error: FraudScorerError): void {
    if (request.state === 'settled') return;
    const { state } = request;
    if (state === 'waiting') this.#queue.remove(request);
    if (state === 'waiting' || state === 'leaving' || state === 'retrying') this.#options.slots.release(request.slot);
    this.#settleFailed(request, error);
    this.#noteChange();
  }

  /**
   * Ends the hold on a request.
   *
   * @returns whether it is still to be answered: it may have been settled early meanwhile.
   */
  letGo(request: PendingRequest): boolean {
    const isOpen = request.state === 'held';
    if (isOpen) this.#finish(request);
    this.#landed.letGo(request);
    // The worker that explained it may be the one that is kept for a batch of its own.
    if (this.#flights.retrying > 0) this.#pumpSoon();
    this.#noteChange();
    return isOpen;
  }

  /** Settles every request that is not settled yet with an error. @returns how many had no answer. */
  giveUpAll(errorOf: () => FraudScorerError): number {
    const requests = [...this.#flights.unanswered, ...this.#landed.unanswered, ...this.#queue];
    for (const request of [...requests, ...this.#landed.held]) this.giveUp(request, errorOf());
    return requests.length;
  }

  /** Looks whether anything can be sent: for whoever knows of a worker that has become ready. */
  pump(): void {
    this.#pump.now();
  }

  /** @returns after how many milliseconds to look again. */
  #sendAll(): number {
    for (;;) {
      const now = this.#options.clock.now();
      // What failed goes before what waits.
      if (this.#flights.sendRetry(now, this.#mayShare, this.#expire)) continue;
      const decision = decideBatch(this.#snapshot(now), this.#options.limits);
      if (decision.action === 'wait') {
        this.#noteChange();
        return this.#lookAgainMs(decision.ms);
      }
      if (decision.action === 'sendColumns') this.#sendColumns();
      else this.#send(decision.rows, decision.reason, now);
    }
  }

  /** Resolves when something has left the queue; the caller looks again whether that is enough. */
  room(): Promise<void> {
    return this.#roomWaiters.wait();
  }

  /** Takes the timers away; nothing waits any more. */
  dispose(): void {
    this.#deadlines.dispose();
    this.#pump.rest();
  }

  /** Resolves when every request is settled. */
  async idle(): Promise<void> {
    while (!this.#isIdle()) await this.#idleWaiters.wait();
  }

  /**
   * Where the event loop was late, the answer may have come in time and not been read yet: one that runs gets the turn in which the
   * loop reads it, and the one in which it is handed out.
   */
  readonly #expire = (request: PendingRequest): void => {
    const expire = (): void => this.giveUp(request, new DeadlineExceededError(request.timeoutMs));
    if (request.state !== 'running' && request.state !== 'held') expire();
    else this.#options.clock.soon(() => this.#options.clock.soon(expire));
  };

  readonly #mayShare = (): boolean => this.#snapshot(this.#options.clock.now()).freeLanes > 0;

  #pumpSoon(): void {
    if (this.#flights.freeLanes > 0) this.#pump.soon();
  }

  #isIdle(): boolean {
    const { columns } = this.#options;
    return this.#queue.length === 0 && this.#flights.isSettled && this.#landed.isEmpty && columns.isIdle;
  }

  /** Batches and chunks that workers hold. */
  get #inWorkers(): number {
    return this.#flights.inWorkers + this.#options.columns.inFlight;
  }

  #snapshot(now: number): BatchSnapshot {
    // One that is kept for a batch of its own is not there for others.
    const ready = Math.max(this.#options.readyWorkers() - (this.#flights.keepsQuiet ? 1 : 0), 0);
    const running = this.#inWorkers - (this.#flights.hasAlone ? 1 : 0);
    const lanes = Math.min(ready * this.#options.lanesPerWorker, this.#options.lanes);
    const places = Math.min(lanes, 2 * this.#options.lanes - this.#batchesInSlots()) - running;
    return {
      waiting: this.#queue.length,
      oldestWaitMs: this.#queue.oldestWaitMs(now),
      soonestDeadlineMs: this.#queue.soonestDeadlineAt - now,
      idleWorkers: Math.max(ready - running, 0),
      freeLanes: Math.min(Math.max(places, 0), this.#flights.freeLanes),
      latency: this.#latency.coefficients,
      columnsWait: this.#options.columns.isWaiting,
      sentSinceColumns: this.#sentSinceColumns,
    };
  }

  #sendColumns(): void {
    const lane = this.#flights.takeLane();
    this.#sentSinceColumns = 0;
    const sent = this.#options.columns.send().finally(() => {
      this.#flights.releaseLane(lane);
      this.pump();
    });
    watched(sent, this.#options.onFault);
  }

  /** Batches that have come back, or are to be sent again, still have their slots, of which there are enough for twice the lanes. */
  #batchesInSlots(): number {
    return this.#landed.landed + Math.ceil(this.#flights.retrying / this.#options.limits.maxBatchSize);
  }

  #lookAgainMs(ms: number): number {
    // Where no worker is there nothing else may keep the process alive, and a caller waits.
    return this.#isWaiting && this.#options.readyWorkers() === 0 ? Math.min(ms, strandedMs) : ms;
  }

  /** Whether anything waits to be sent. */
  get #isWaiting(): boolean {
    return this.#queue.length > 0 || this.#flights.retrying > 0 || this.#options.columns.isWaiting;
  }

  /**
   * Sends the next requests that can still be answered in time. Those that can't are refused, rather than keep a worker from the others;
   * but never the last: it is tried, which is how an estimate that has become wrong mends itself.
   */
  #send(rows: number, reason: SendReason, now: number): void {
    const requests: PendingRequest[] = [];
    const late: PendingRequest[] = [];
    const leastMs = rows * (this.#latency.coefficients?.perRowAtLeastMs ?? 0);
    while (requests.length < rows) {
      const { next } = this.#queue;
      if (next === null) break;
      const isTimely = next.deadlineAt - now >= leastMs || this.#queue.length === 1;
      this.#queue.remove(next);
      next.state = 'leaving';
      (isTimely ? requests : late).push(next);
    }
    if (requests.length > 0) {
      this.#sends.count(reason);
      this.#sentSinceColumns += 1;
      this.#flights.send({ requests, deaths: 0, errors: 0 }, now);
    }
    // Only now, as the host's code hears of it, and may do anything to requests that are on no list.
    for (const request of late) this.giveUp(request, new DeadlineExceededError(request.timeoutMs, { isEarly: true }));
  }

  /**
   * The worker gets its next batch here, and the callers are told once the event loop has heard every worker: telling them
   * takes as long as a worker takes over a batch, so a worker heard next would have answered again, and the others starved. Where there
   * is nothing to send and no other worker to hear, they are told at once.
   */
  #land(landed: LandedBatch): void {
    this.#latency.record(landed.batch.requests.length, landed.reply.inferenceMs);
    if (!this.#landed.land(landed)) return;
    if (this.#queue.length === 0 && this.#flights.inWorkers === 0) this.#handOut();
    else this.#options.clock.soon(() => this.#handOut());
  }

  #handOut(): void {
    this.#landed.handOut(this.#options.clock.now());
    this.pump();
  }

  #settleFailed(request: PendingRequest, error: FraudScorerError): void {
    this.#finish(request);
    this.#options.onFailed(request, error);
  }

  #finish(request: PendingRequest): void {
    request.state = 'settled';
    this.#deadlines.remove(request);
    request.stopListening?.();
    request.stopListening = null;
  }

  /** Tells those who wait for room, or for the end. */
  #noteChange(): void {
    if (!this.#isWaiting) this.#pump.rest();
    this.#roomWaiters.tell();
    if (!this.#idleWaiters.isEmpty && this.#isIdle()) this.#idleWaiters.tell();
  }
}
