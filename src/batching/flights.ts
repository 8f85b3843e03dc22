import { type FraudScorerError, InferenceError, WorkerLostError } from '../errors.js';
import { type FaultReport, watched } from '../faults.js';
import { LostTask } from '../pool/lost-task.js';
import type { BatchReply, BatchTask } from '../pool/protocol.js';
import type { PendingRequest } from '../request/pending-request.js';
import type { Batch } from './batch.js';
import type { LandedBatch } from './landed-batches.js';
import { isSuspect, Retries } from './retries.js';
import type { BatchFailure } from './retry-plan.js';

export interface FlightsOptions {
  /** Of the shared memory; more than workers take batches, as those of workers that hang are not to be had. */
  lanes: number;
  /** Puts a batch's rows where a worker finds them. */
  place: (lane: number, requests: readonly PendingRequest[]) => void;
  /** Nobody touches the requests' slots any more. */
  releaseSlots: (requests: readonly PendingRequest[]) => void;
  /**
   * Keeps one worker from new batches, so that one can have it to itself, or stops keeping it.
   *
   * @returns whether such a worker is there, with nothing in hand.
   */
  keepQuiet: (isWanted: boolean) => boolean;
  /** @param isAlone on the worker that is kept. @throws {LostTask} where no worker answers. */
  run: (task: BatchTask, isAlone: boolean) => Promise<BatchReply>;
  /** A batch was answered; its outputs are in its slots. */
  onLanded: (landed: LandedBatch) => void;
  /** A request can't be answered. */
  onFailed: (request: PendingRequest, error: FraudScorerError) => void;
  /** Something may be sent that could not before: now, or once whatever stands against it has had time to pass. */
  onChange: (when: 'now' | 'soon') => void;
  onFault: FaultReport;
}

/** Batches on their way to workers and back, those that have to go again included; each in its lane of the shared memory. */
export class Flights {
  readonly #options: FlightsOptions;
  readonly #freeLanes: number[];
  readonly #running = new Set<Batch>();
  readonly #retries: Retries;
  /** The batch that has a worker to itself. */
  #alone: Batch | null = null;

  constructor(options: FlightsOptions) {
    this.#options = options;
    this.#freeLanes = Array.from({ length: options.lanes }, (_, lane) => lane);
    this.#retries = new Retries({
      onFailed: (request, failure, reason) => {
        options.onFailed(request, failureError(failure, reason));
        options.releaseSlots([request]);
      },
      release: (request) => options.releaseSlots([request]),
    });
  }

  /** Batches that workers hold. */
  get inWorkers(): number {
    return this.#running.size;
  }

  /** Of these, whether one has a worker to itself. */
  get hasAlone(): boolean {
    return this.#alone !== null;
  }

  /** Whether a worker is kept for a batch of its own. */
  get keepsQuiet(): boolean {
    return this.#alone !== null || this.#retries.hasSuspect;
  }

  get freeLanes(): number {
    return this.#freeLanes.length;
  }

  /** Requests that are to be sent again. */
  get retrying(): number {
    return this.#retries.isEmpty ? 0 : this.#retries.requests.length;
  }

  /** Requests in batches, those settled early included while a worker holds them. */
  get rows(): number {
    let rows = this.retrying;
    for (const { requests } of this.#running) rows += requests.length;
    return rows;
  }

  /** Requests that have no answer yet. */
  get unanswered(): PendingRequest[] {
    const running = [...this.#running].flatMap(({ requests }) => requests.filter(isRunning));
    return [...running, ...this.#retries.requests];
  }

  /** Whether no request is to be answered any more; workers may still hold batches whose requests were all settled early. */
  get isSettled(): boolean {
    for (const { requests } of this.#running) if (requests.some(isRunning)) return false;
    return this.#retries.isEmpty;
  }

  /** @returns a lane that nobody else has. */
  takeLane(): number {
    const lane = this.#freeLanes.pop();
    if (lane === undefined) throw new Error('a batch was sent without a free lane');
    return lane;
  }

  releaseLane(lane: number): void {
    this.#freeLanes.push(lane);
  }

  send(batch: Batch, now: number): void {
    const lane = this.takeLane();
    for (const request of batch.requests) {
      request.state = 'running';
      request.dispatchedAt = now;
    }
    this.#options.place(lane, batch.requests);
    this.#running.add(batch);
    if (isSuspect(batch)) this.#alone = batch;
    const run = this.#options.run({ kind: 'batch', lane, rows: batch.requests.length }, isSuspect(batch)).then(
      (reply) => this.#landed(lane, batch, reply),
      (error: unknown) => this.#lost(lane, batch, error),
    );
    watched(run, this.#options.onFault);
  }

  /**
   * Sends one batch again, where one is to be and a worker can take it.
   *
   * @param mayShare whether a worker has a place for it: unlike what waits, it may go behind what a busy one has in hand.
   * @param expire gives up a request whose deadline has passed, which may not have been noticed yet.
   * @returns whether one was sent.
   */
  sendRetry(now: number, mayShare: () => boolean, expire: (request: PendingRequest) => void): boolean {
    const isQuiet = this.#options.keepQuiet(this.keepsQuiet);
    if (this.#retries.isEmpty) return false;
    for (const request of this.#retries.requests) if (request.deadlineAt <= now) expire(request);
    const mayBeAlone = isQuiet && this.#alone === null && this.#freeLanes.length > 0;
    const sharing = mayShare() ? this.#retries.take('sharing') : null;
    const batch = sharing ?? (mayBeAlone ? this.#retries.take('alone') : null);
    if (batch === null) return false;
    this.send(batch, now);
    return true;
  }

  #landed(lane: number, batch: Batch, reply: BatchReply): void {
    this.#letGoOf(batch);
    this.#freeLanes.push(lane);
    if ('error' in reply) this.#retries.failed(batch, 'error', reply.error);
    else this.#options.onLanded({ batch, reply });
    this.#options.onChange('now');
  }

  #lost(lane: number, batch: Batch, error: unknown): void {
    this.#letGoOf(batch);
    if (error instanceof LostTask && error.letGo !== null) {
      this.#quarantine(lane, batch, error.letGo);
    } else {
      this.#freeLanes.push(lane);
      if (error instanceof LostTask && error.kind === 'unsent') this.#retries.unsent(batch);
      else this.#retries.failed(batch, 'death', error instanceof Error ? error.message : 'The worker was lost');
    }
    this.#options.onChange(error instanceof LostTask && error.kind === 'unsent' ? 'soon' : 'now');
  }

  /** A worker that hangs may still write: its requests are settled, and nobody gets their slots, or the lane, until it can't. */
  #quarantine(lane: number, { requests }: Batch, letGo: Promise<void>): void {
    for (const request of requests) {
      if (isRunning(request)) this.#options.onFailed(request, failureError('death', 'The worker hung'));
    }
    const freed = letGo.then(() => {
      this.#freeLanes.push(lane);
      this.#options.releaseSlots(requests);
      this.#options.onChange('now');
    });
    watched(freed, this.#options.onFault);
  }

  #letGoOf(batch: Batch): void {
    this.#running.delete(batch);
    if (this.#alone === batch) this.#alone = null;
  }
}

function isRunning({ state }: PendingRequest): boolean {
  return state === 'running';
}

function failureError(failure: BatchFailure, reason: string): FraudScorerError {
  return failure === 'error'
    ? new InferenceError(`The runtime failed on this request: ${reason}`)
    : new WorkerLostError(`${reason} while it held this request`);
}
