import type { CallerContext } from '../async-context.js';
import type { Caller, Settlement } from '../settlement/settler.js';
import type { Explain, ModelResult, ScoreRequest } from '../types.js';

/**
 * A request on its way: waiting for a worker, in a worker's batch, waiting for another worker as its batch failed, answered and held
 * for its reasons, or settled.
 */
export class PendingRequest implements Caller {
  /**
   * `leaving`: off the queue, to be refused as soon as no batch is being put together. `running` requests that were settled early keep
   * their slot until the worker has let go of it.
   */
  state: 'waiting' | 'leaving' | 'running' | 'retrying' | 'held' | 'settled' = 'waiting';
  /** When its batch was sent, on the monotonic clock. */
  dispatchedAt = 0;
  /** The higher, the sooner it is sent. */
  priority = 0;
  /** Whether its caller wants reasons; undefined: as the scorer does. */
  explain: Explain | undefined = undefined;
  /** Its answer, while it is held. */
  result: ModelResult | null = null;
  /** Takes the caller's abort listener away again. */
  stopListening: (() => void) | null = null;

  // Links of the queue and of the deadline wheel: a request leaves either in constant time, and neither holds it longer.
  queuePrevious: PendingRequest | null = null;
  queueNext: PendingRequest | null = null;
  wheelBucket = -1;
  wheelPrevious: PendingRequest | null = null;
  wheelNext: PendingRequest | null = null;

  constructor(
    readonly request: ScoreRequest,
    readonly id: string | undefined,
    readonly slot: number,
    readonly enqueuedAt: number,
    readonly timeoutMs: number,
    readonly settlement: Settlement,
    readonly context: CallerContext | null,
  ) {}

  get deadlineAt(): number {
    return this.enqueuedAt + this.timeoutMs;
  }
}
