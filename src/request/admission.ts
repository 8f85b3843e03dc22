import type { CallerContext } from '../async-context.js';
import type { Clock } from '../clock.js';
import {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  FraudScorerError,
  InferenceError,
  QueueFullError,
} from '../errors.js';
import type { Caller, Settlement } from '../settlement/settler.js';
import type { ScoreOptions, ScoreRequest } from '../types.js';
import type { AbortRegistry } from './abort-registry.js';
import type { RowLayout } from './feature-row.js';
import { PendingRequest } from './pending-request.js';
import { readRequest } from './read-request.js';
import { isAborted, readScoreOptions, reasonOf } from './score-options.js';

/** Where requests that are taken in go: a queue, and memory of the host's own for their features. */
export interface Intake {
  readonly layout: RowLayout;
  readonly slots: {
    readonly features: Float32Array;
    claim(): number;
    release(slot: number): void;
    rowStart(slot: number): number;
  };
  /** A row that belongs to no request, for checking one that is not taken in. */
  readonly scratchSlot: number;
  readonly batcher: {
    readonly waiting: number;
    /** Whether a request that came now could be answered in time, as far as is known beyond doubt. */
    canAnswerWithin(timeoutMs: number, priority: number): boolean;
    add(request: PendingRequest): void;
  };
}

export interface AdmissionOptions {
  clock: Clock;
  intake: Intake;
  aborts: AbortRegistry<PendingRequest>;
  maxQueueSize: number;
  /** Where the request does not say. */
  timeoutMs: number;
  isClosed: () => boolean;
  /** The context of the caller, for the host's code that hears of its request; null where there is none. */
  callerContext: () => CallerContext | null;
  onRefused: (caller: Caller, error: FraudScorerError) => void;
}

/** The door: checks a request, copies its features into a slot and queues it, or refuses it. */
export class Admission {
  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Whether as many requests wait as may. A closed door refuses for another reason. */
  get isFull(): boolean {
    const { isClosed, intake, maxQueueSize } = this.#options;
    return !isClosed() && intake.batcher.waiting >= maxQueueSize;
  }

  /** Whether every request of a call with this signal is refused, whatever it holds. */
  isOver(signal: AbortSignal | undefined): boolean {
    try {
      this.#refuseIfClosed();
      refuseIfAborted(signal);
      return false;
    } catch {
      return true;
    }
  }

  /** Takes a request in, or refuses it: its settlement hears of either, and nothing is thrown. */
  submit(request: ScoreRequest, options: ScoreOptions | undefined, settlement: Settlement): void {
    const { clock, intake, onRefused } = this.#options;
    const enqueuedAt = clock.now();
    const context = this.#options.callerContext();
    let slot = -1;
    try {
      this.#refuseIfClosed();
      const call = options === undefined ? null : readScoreOptions(options, this.#options.timeoutMs);
      refuseIfAborted(call?.signal);
      // A full queue is found out first, but an invalid request is refused as such all the same.
      slot = this.isFull ? -1 : intake.slots.claim();
      const row = intake.slots.rowStart(slot < 0 ? intake.scratchSlot : slot);
      const id = readRequest(request, intake.layout, intake.slots.features, row);
      // Reading the request may have run code of the host's, which may have called anything.
      this.#refuseIfClosed();
      refuseIfAborted(call?.signal);
      if (slot < 0 || this.isFull) {
        if (slot >= 0) intake.slots.release(slot);
        onRefused({ request, id, enqueuedAt, settlement, context }, new QueueFullError(this.#options.maxQueueSize));
        return;
      }
      const timeoutMs = call?.timeoutMs ?? this.#options.timeoutMs;
      const priority = call?.priority ?? 0;
      if (!intake.batcher.canAnswerWithin(timeoutMs, priority)) {
        intake.slots.release(slot);
        onRefused(
          { request, id, enqueuedAt, settlement, context },
          new DeadlineExceededError(timeoutMs, { isEarly: true }),
        );
        return;
      }
      const pending = new PendingRequest(request, id, slot, enqueuedAt, timeoutMs, settlement, context);
      pending.priority = priority;
      pending.explain = call?.explain;
      if (call?.signal !== undefined) this.#options.aborts.watch(call.signal, pending);
      intake.batcher.add(pending);
    } catch (error) {
      if (slot >= 0) intake.slots.release(slot);
      onRefused({ request, id: undefined, enqueuedAt, settlement, context }, asScorerError(error));
    }
  }

  #refuseIfClosed(): void {
    if (this.#options.isClosed()) throw new ClosedError('The scorer is closed');
  }
}

function refuseIfAborted(signal: AbortSignal | undefined): void {
  if (signal !== undefined && isAborted(signal)) throw new AbortedError(reasonOf(signal));
}

/** What the host's own code can throw is refused as such where it is read; anything else is a fault of this package. */
function asScorerError(error: unknown): FraudScorerError {
  if (error instanceof FraudScorerError) return error;
  return new InferenceError('The request could not be taken in', { cause: error });
}
