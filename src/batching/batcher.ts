import type { Clock, Timer } from '../clock.js';
import { DeadlineExceededError, type FraudScorerError, InferenceError } from '../errors.js';
import type { ProviderName } from '../pool/protocol.js';
import type { PendingRequest } from '../request/pending-request.js';
import { type BatchLimits, type BatchSnapshot, decideBatch, leastAnswerMs, type SendReason } from './batch-policy.js';
import { DeadlineWheel } from './deadline-wheel.js';
import { Flights, type FlightsOptions } from './flights.js';
import { type LandedBatch, LandedBatches } from './landed-batches.js';
import { type BatchLatency, BatchLatencyModel } from './latency-model.js';
import { RequestQueue } from './request-queue.js';
import { SendCounter } from './send-counter.js';
import type { Slots } from './slots.js';
import { Waiters } from './waiters.js';

/** How often to look for a worker while none is there and requests wait. */
const strandedMs = 1_000;

/** A batch that a worker has answered. */
export interface AnsweredBatch {
  rows: number;
  inferenceMs: number;
  /** What the worker that ran it runs on. */
  provider: ProviderName;
  /** When it is handed out, on the monotonic clock. */
  answeredAt: number;
}

/** Rows that are not requests, which take the lanes that requests leave free, those behind busy workers too. */
export interface ColumnSource {
  readonly isWaiting: boolean;
  /** Chunks that workers hold. */
  readonly inFlight: number;
  readonly isIdle: boolean;
  /** Sends the next chunk. Resolves when it is back, and never rejects. */
  send(): Promise<void>;
}

export interface BatcherOptions extends Pick<FlightsOptions, 'keepQuiet' | 'run'> {
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
  /** A batch came back; each of its requests is answered next. */
  onBatch: (batch: AnsweredBatch) => void;
  /**
   * The request's outputs are in its slot, for the length of this call.
   *
   * @returns whether the request is held: it keeps its slot and its deadline until `letGo`.
   * @throws {InferenceError} where they are no answer.
   */
  onOutputs: (request: PendingRequest, batch: AnsweredBatch) => boolean;
  /** The request is settled; its caller may be told. */
  onAnswered: (request: PendingRequest) => void;
  onFailed: (request: PendingRequest, error: FraudScorerError) => void;
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
  readonly #landed = new LandedBatches();
  readonly #sends = new SendCounter();
  #sentSinceColumns = 0;
  /** The soonest deadline of those that came since none waited; one that has left the queue since only makes it cautious. */
  #soonestDeadlineAt = Number.POSITIVE_INFINITY;
  #waitingSince: number | null = null;
  #maxWaiting = 0;
  #pumpIsDue = false;
  #isPumping = false;
  #delayTimer: Timer | null = null;
  readonly #roomWaiters = new Waiters();
  readonly #idleWaiters = new Waiters();

  constructor(options: BatcherOptions) {
    this.#options = options;
    this.#flights = new Flights({
      lanes: 2 * options.lanes,
      place: (lane, requests) => options.slots.place(lane, requests),
      releaseSlots: (requests) => this.#releaseSlots(requests),
      keepQuiet: options.keepQuiet,
      run: options.run,
      onLanded: (landed) => this.#land(landed),
      onFailed: (request, error) => this.#settleFailed(request, error),
      onChange: (when) => (when === 'now' ? this.pump() : this.#pumpSoon()),
    });
    this.#deadlines = new DeadlineWheel(options.clock, (request) => this.#expire(request));
  }

  /** Requests that wait for a worker. */
  get waiting(): number {
    return this.#queue.length;
  }

  get maxWaiting(): number {
    return this.#maxWaiting;
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
    return this.#oldestWaitMs(this.#options.clock.now());
  }

  /** Since when, on the monotonic clock, there has always been a request waiting; null where there is none. */
  get waitingSince(): number | null {
    return this.#waitingSince;
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
    this.#waitingSince ??= request.enqueuedAt;
    this.#queue.push(request);
    if (request.deadlineAt < this.#soonestDeadlineAt) this.#soonestDeadlineAt = request.deadlineAt;
    if (this.#queue.length > this.#maxWaiting) this.#maxWaiting = this.#queue.length;
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
    this.#landed.held.delete(request);
    this.#options.slots.release(request.slot);
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
    // The host's code, which hears of requests that are given up on the way, may bring it about again: the loop looks anew after it.
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      this.#sendAll();
    } finally {
      this.#isPumping = false;
    }
    this.#noteChange();
  }

  #sendAll(): void {
    this.#clearDelayTimer();
    for (;;) {
      const now = this.#options.clock.now();
      // What failed goes before what waits.
      if (this.#flights.sendRetry(now, this.#mayShare, this.#expire)) continue;
      const decision = decideBatch(this.#snapshot(now), this.#options.limits);
      if (decision.action === 'wait') {
        this.#pumpLater(decision.ms);
        return;
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
    this.#clearDelayTimer();
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

  /** Once for all that one turn of the event loop brings, so that they share a batch. */
  #pumpSoon(): void {
    if (this.#pumpIsDue || this.#flights.freeLanes === 0) return;
    this.#pumpIsDue = true;
    this.#options.clock.soon(() => {
      this.#pumpIsDue = false;
      this.pump();
    });
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
      oldestWaitMs: this.#oldestWaitMs(now),
      soonestDeadlineMs: this.#soonestDeadlineAt - now,
      idleWorkers: Math.max(ready - running, 0),
      freeLanes: Math.min(Math.max(places, 0), this.#flights.freeLanes),
      latency: this.#latency.coefficients,
      columnsWait: this.#options.columns.isWaiting,
      sentSinceColumns: this.#sentSinceColumns,
    };
  }

  #oldestWaitMs(now: number): number {
    const { oldest } = this.#queue;
    return oldest === null ? 0 : now - oldest.enqueuedAt;
  }

  #sendColumns(): void {
    const lane = this.#flights.takeLane();
    this.#sentSinceColumns = 0;
    void this.#options.columns.send().then(() => {
      this.#flights.releaseLane(lane);
      this.pump();
    });
  }

  /** Batches that have come back, or are to be sent again, still have their slots, of which there are enough for twice the lanes. */
  #batchesInSlots(): number {
    return this.#landed.landed + Math.ceil(this.#flights.retrying / this.#options.limits.maxBatchSize);
  }

  #pumpLater(ms: number): void {
    const isWaiting = this.#queue.length > 0 || this.#flights.retrying > 0 || this.#options.columns.isWaiting;
    // Where no worker is there nothing else may keep the process alive, and a caller waits.
    const delayMs = isWaiting && this.#options.readyWorkers() === 0 ? Math.min(ms, strandedMs) : ms;
    if (Number.isFinite(delayMs)) this.#delayTimer = this.#options.clock.after(delayMs, () => this.pump());
  }

  #clearDelayTimer(): void {
    this.#delayTimer?.clear();
    this.#delayTimer = null;
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
    const answeredAt = this.#options.clock.now();
    this.#landed.handOut(({ batch: { requests }, reply: { inferenceMs, provider } }) => {
      const batch = { rows: requests.length, inferenceMs, provider, answeredAt };
      this.#options.onBatch(batch);
      for (const request of requests) this.#answer(request, batch);
      this.#releaseSlots(requests);
    });
    this.pump();
  }

  /** The last first: the next requests then get them in their order, and a worker finds neighbours one behind the other. */
  #releaseSlots(requests: readonly PendingRequest[]): void {
    const { held } = this.#landed;
    for (let index = requests.length - 1; index >= 0; index -= 1) {
      const request = requests[index] as PendingRequest;
      if (held.size === 0 || !held.has(request)) this.#options.slots.release(request.slot);
    }
  }

  /** Settles a request by its outputs, unless it was settled before or has to be held. */
  #answer(request: PendingRequest, batch: AnsweredBatch): void {
    if (request.state === 'settled') return;
    try {
      if (this.#options.onOutputs(request, batch)) {
        request.state = 'held';
        this.#landed.held.add(request);
        return;
      }
    } catch (error) {
      // One request's trouble is not its neighbours'.
      const failure = "The request's outputs could not be read";
      this.#settleFailed(
        request,
        error instanceof InferenceError ? error : new InferenceError(failure, { cause: error }),
      );
      return;
    }
    this.#finish(request);
    this.#options.onAnswered(request);
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
    if (this.#queue.length === 0) {
      this.#waitingSince = null;
      this.#soonestDeadlineAt = Number.POSITIVE_INFINITY;
      if (this.#flights.retrying === 0 && !this.#options.columns.isWaiting) this.#clearDelayTimer();
    }
    this.#roomWaiters.tell();
    if (!this.#idleWaiters.isEmpty && this.#isIdle()) this.#idleWaiters.tell();
  }
}
