import { type FraudScorerError, InferenceError } from '../errors.js';
import type { BatchReply } from '../pool/protocol.js';
import type { PendingRequest } from '../request/pending-request.js';
import type { AnsweredBatch, Batch } from './batch.js';

/** A batch that a worker has answered. */
export interface LandedBatch {
  batch: Batch;
  reply: Exclude<BatchReply, { error: string }>;
}

export interface LandedBatchesOptions {
  /** A batch is handed out; each of its requests is answered next. */
  onBatch: (batch: AnsweredBatch) => void;
  /**
   * The request's outputs are in its slot, for the length of this call.
   *
   * @returns whether the request is held: it keeps its slot and its deadline until `letGo`.
   * @throws {InferenceError} where they are no answer.
   */
  onOutputs: (request: PendingRequest, batch: AnsweredBatch) => boolean;
  /** The request has its answer. */
  onAnswered: (request: PendingRequest) => void;
  onFailed: (request: PendingRequest, error: FraudScorerError) => void;
  releaseSlot: (slot: number) => void;
}

/** Where requests are once a worker has answered their batch: not handed out yet, or held. */
export class LandedBatches {
  readonly #options: LandedBatchesOptions;
  readonly #held = new Set<PendingRequest>();
  #landed: LandedBatch[] = [];
  #handingOut: LandedBatch[] = [];

  constructor(options: LandedBatchesOptions) {
    this.#options = options;
  }

  /** Batches that are not handed out yet. */
  get landed(): number {
    return this.#landed.length + this.#handingOut.length;
  }

  get isEmpty(): boolean {
    return this.landed === 0 && this.#held.size === 0;
  }

  /** Requests in them, those settled early included. */
  get rows(): number {
    return this.#all.reduce((rows, { batch }) => rows + batch.requests.length, 0);
  }

  /** Requests in them that have no answer yet. */
  get unanswered(): PendingRequest[] {
    return this.#all.flatMap(({ batch }) => batch.requests.filter(({ state }) => state === 'running'));
  }

  /** Requests that have an answer, and are kept until `letGo`. */
  get held(): Iterable<PendingRequest> {
    return this.#held;
  }

  /** @returns whether it is the first since they were last taken. */
  land(landed: LandedBatch): boolean {
    return this.#landed.push(landed) === 1;
  }

  /**
   * Hands out what has landed, each request once. Until the last of it is, it counts as landed: whoever asks meanwhile must not find all
   * done.
   */
  handOut(answeredAt: number): void {
    this.#handingOut = this.#landed;
    this.#landed = [];
    for (const { batch, reply } of this.#handingOut) {
      const { requests } = batch;
      const { inferenceMs, provider } = reply;
      const answered = { rows: requests.length, inferenceMs, provider, answeredAt };
      this.#options.onBatch(answered);
      for (const request of requests) this.#answer(request, answered);
      this.releaseSlots(requests);
    }
    this.#handingOut = [];
  }

  /** Ends the hold on a request, whose slot is free from now on. */
  letGo(request: PendingRequest): void {
    this.#held.delete(request);
    this.#options.releaseSlot(request.slot);
  }

  /** The last first: the next requests then get them in their order, and a worker finds neighbours one behind the other. */
  releaseSlots(requests: readonly PendingRequest[]): void {
    for (let index = requests.length - 1; index >= 0; index -= 1) {
      const request = requests[index] as PendingRequest;
      if (this.#held.size === 0 || !this.#held.has(request)) this.#options.releaseSlot(request.slot);
    }
  }

  /** Unless it was settled before, or has to be held. */
  #answer(request: PendingRequest, batch: AnsweredBatch): void {
    if (request.state === 'settled') return;
    try {
      if (this.#options.onOutputs(request, batch)) {
        request.state = 'held';
        this.#held.add(request);
        return;
      }
    } catch (error) {
      // One request's trouble is not its neighbours'.
      const failure = "The request's answer could not be made";
      const isNoAnswer = error instanceof InferenceError;
      this.#options.onFailed(request, isNoAnswer ? error : new InferenceError(failure, { cause: error }));
      return;
    }
    this.#options.onAnswered(request);
  }

  get #all(): LandedBatch[] {
    return [...this.#handingOut, ...this.#landed];
  }
}
