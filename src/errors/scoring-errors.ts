import { FraudScorerErrorBase } from './base.js';

/** The queue is full: `maxQueueSize` requests are waiting. Send fewer requests, or try again later. */
export class QueueFullError extends FraudScorerErrorBase {
  static readonly code = 'ERR_QUEUE_FULL';
  override readonly name = 'QueueFullError';
  readonly code = 'ERR_QUEUE_FULL';
  /**
   * Milliseconds until the waiting requests will be answered, estimated from the last batches. Absent if no worker is ready or nothing is
   * known.
   */
  declare readonly expectedWaitMs?: number;

  /** @param options.isOfVersion only this version's share of the queue is full. */
  constructor(maxQueueSize: number, options: { isOfVersion?: boolean; expectedWaitMs?: number | null } = {}) {
    super(
      options.isOfVersion === true
        ? `The queue is full: the requests that wait for this version use up its share of maxQueueSize (${maxQueueSize})`
        : `The queue is full: ${maxQueueSize} requests are waiting, which is maxQueueSize`,
    );
    const { expectedWaitMs } = options;
    if (typeof expectedWaitMs === 'number') Object.assign(this, { expectedWaitMs });
  }
}

/** The request was not answered within its `timeoutMs`, or could not have been. */
export class DeadlineExceededError extends FraudScorerErrorBase {
  static readonly code = 'ERR_DEADLINE_EXCEEDED';
  override readonly name = 'DeadlineExceededError';
  readonly code = 'ERR_DEADLINE_EXCEEDED';

  /** @param options.isEarly the request is rejected before its deadline, because its answer would come too late. */
  constructor(timeoutMs: number, options: { isEarly?: boolean } = {}) {
    super(
      options.isEarly === true
        ? `The request could not be answered within its timeoutMs of ${timeoutMs}: too many requests wait before it`
        : `The request was not answered within its timeoutMs of ${timeoutMs}`,
    );
  }
}

/**
 * No node of the fleet can answer: none listens on the subject, the connection is lost, or each node that was asked is busy, draining or gone.
 * The request was not decided, or its decision did not arrive. It can be sent again.
 */
export class UnavailableError extends FraudScorerErrorBase {
  static readonly code = 'ERR_UNAVAILABLE';
  override readonly name = 'UnavailableError';
  readonly code = 'ERR_UNAVAILABLE';
}

/** No such version is live, or there is no version to roll back to. */
export class UnknownVersionError extends FraudScorerErrorBase {
  static readonly code = 'ERR_UNKNOWN_VERSION';
  override readonly name = 'UnknownVersionError';
  readonly code = 'ERR_UNKNOWN_VERSION';
}

/** The caller's `signal` was aborted. `cause` is the signal's reason. */
export class AbortedError extends FraudScorerErrorBase {
  static readonly code = 'ERR_ABORTED';
  override readonly name = 'AbortedError';
  readonly code = 'ERR_ABORTED';

  constructor(reason: unknown) {
    super("The request was aborted by its caller's signal", { cause: reason });
  }
}

/** The scorer is closed or closing and takes no more requests. Or `close` ran out of time before this request was answered. */
export class ClosedError extends FraudScorerErrorBase {
  static readonly code = 'ERR_CLOSED';
  override readonly name = 'ClosedError';
  readonly code = 'ERR_CLOSED';
}

/** The runtime failed on this request, or the model's outputs for it are not valid scores. */
export class InferenceError extends FraudScorerErrorBase {
  static readonly code = 'ERR_INFERENCE';
  override readonly name = 'InferenceError';
  readonly code = 'ERR_INFERENCE';
  /**
   * The output that is not in its range for these features: a score outside [0, 1], or an attention weight that is not finite. Features far beyond those
   * that the model was trained on do this. Not there where the runtime failed.
   */
  declare readonly outOfRange?: 'fraudProbability' | 'riskScore' | 'attention';

  constructor(message: string, options?: { cause?: unknown; outOfRange?: InferenceError['outOfRange'] }) {
    super(message, options);
    if (options?.outOfRange !== undefined) Object.assign(this, { outOfRange: options.outOfRange });
  }
}

/** The worker that held this request died or hung. The scorer replaces the worker. The request can be sent again. */
export class WorkerLostError extends FraudScorerErrorBase {
  static readonly code = 'ERR_WORKER_LOST';
  override readonly name = 'WorkerLostError';
  readonly code = 'ERR_WORKER_LOST';
}
