/**
 * Every error of this package carries a literal `code`, so that a host can switch on it.
 * Messages name what was expected and what came (its type or length), never a feature value, an id or an amount.
 */
export type ErrorCode =
  | 'ERR_INVALID_OPTIONS'
  | 'ERR_INVALID_REQUEST'
  | 'ERR_QUEUE_FULL'
  | 'ERR_DEADLINE_EXCEEDED'
  | 'ERR_ABORTED'
  | 'ERR_CLOSED'
  | 'ERR_INFERENCE'
  | 'ERR_WORKER_LOST'
  | 'ERR_MODEL_INVALID'
  | 'ERR_MODEL_INTEGRITY'
  | 'ERR_PROVIDER_UNAVAILABLE'
  | 'ERR_OUT_OF_RESOURCES'
  | 'ERR_START_TIMEOUT';

/** One thing wrong with a request or with options: where, what was expected there, and what kind of thing came. */
export interface Issue {
  /** Where it is, e.g. `features.user_features[3]`. */
  path: string;
  /** What was expected there, e.g. `a finite number`. */
  expected: string;
  /** The type or length of what came, never its value. */
  received: string;
}

const brand = Symbol.for('fraud-scorer.error');

/**
 * The base of every error this package raises.
 *
 * `instanceof` works across two copies of the package in one process: it looks at a brand in the
 * global symbol registry and at the code, not at the prototype chain.
 */
export abstract class FraudScorerError extends Error {
  abstract readonly code: ErrorCode;

  // On the prototype, so that it does not show where errors are printed.
  get [brand](): true {
    return true;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (typeof value !== 'object' || value === null || !(brand in value)) return false;
    const code: unknown = Reflect.get(this, 'code');
    return code === undefined || Reflect.get(value, 'code') === code;
  }
}

/** Options to `create`, `score`, `setPolicy` or `close` that are not as documented. */
export class InvalidOptionsError extends FraudScorerError {
  static readonly code = 'ERR_INVALID_OPTIONS';
  override readonly name = 'InvalidOptionsError';
  readonly code = 'ERR_INVALID_OPTIONS';
  readonly issues: readonly Issue[];
  readonly totalIssues: number;

  constructor(issues: readonly Issue[], totalIssues: number = issues.length) {
    super(`Invalid options: ${describeIssues(issues, totalIssues)}`);
    this.issues = issues;
    this.totalIssues = totalIssues;
  }
}

/** A request that can't be scored: at most 20 issues are listed, `totalIssues` counts all. */
export class InvalidRequestError extends FraudScorerError {
  static readonly code = 'ERR_INVALID_REQUEST';
  override readonly name = 'InvalidRequestError';
  readonly code = 'ERR_INVALID_REQUEST';
  readonly issues: readonly Issue[];
  readonly totalIssues: number;

  constructor(issues: readonly Issue[], totalIssues: number = issues.length, options?: ErrorOptions) {
    super(`Invalid request: ${describeIssues(issues, totalIssues)}`, options);
    this.issues = issues;
    this.totalIssues = totalIssues;
  }
}

/** As many requests wait as `maxQueueSize` allows: the caller should shed load or try later. */
export class QueueFullError extends FraudScorerError {
  static readonly code = 'ERR_QUEUE_FULL';
  override readonly name = 'QueueFullError';
  readonly code = 'ERR_QUEUE_FULL';

  constructor(maxQueueSize: number) {
    super(`The queue is full: ${maxQueueSize} requests are waiting, which is maxQueueSize`);
  }
}

/** The request was not answered within its `timeoutMs`. */
export class DeadlineExceededError extends FraudScorerError {
  static readonly code = 'ERR_DEADLINE_EXCEEDED';
  override readonly name = 'DeadlineExceededError';
  readonly code = 'ERR_DEADLINE_EXCEEDED';

  /** @param options.isEarly whether it is given up before its time, as its answer would come too late. */
  constructor(timeoutMs: number, options: { isEarly?: boolean } = {}) {
    super(
      options.isEarly === true
        ? `The request could not be answered within its timeoutMs of ${timeoutMs}: too many wait before it`
        : `The request was not answered within its timeoutMs of ${timeoutMs}`,
    );
  }
}

/** The caller's `signal` was aborted; `cause` is the signal's reason. */
export class AbortedError extends FraudScorerError {
  static readonly code = 'ERR_ABORTED';
  override readonly name = 'AbortedError';
  readonly code = 'ERR_ABORTED';

  constructor(reason: unknown) {
    super("The request was aborted by its caller's signal", { cause: reason });
  }
}

/** The scorer is closing or closed and takes no more work, or gave this request up when `close` ran out of time. */
export class ClosedError extends FraudScorerError {
  static readonly code = 'ERR_CLOSED';
  override readonly name = 'ClosedError';
  readonly code = 'ERR_CLOSED';
}

/** The runtime failed on this request's batch, or its outputs for this request were not finite numbers. */
export class InferenceError extends FraudScorerError {
  static readonly code = 'ERR_INFERENCE';
  override readonly name = 'InferenceError';
  readonly code = 'ERR_INFERENCE';
}

/** The worker that held this request died. */
export class WorkerLostError extends FraudScorerError {
  static readonly code = 'ERR_WORKER_LOST';
  override readonly name = 'WorkerLostError';
  readonly code = 'ERR_WORKER_LOST';
}

/** A model directory whose manifest is missing or malformed, or disagrees with the graph; every disagreement is listed. */
export class ModelInvalidError extends FraudScorerError {
  static readonly code = 'ERR_MODEL_INVALID';
  override readonly name = 'ModelInvalidError';
  readonly code = 'ERR_MODEL_INVALID';
  readonly issues: readonly Issue[];

  constructor(message: string, issues: readonly Issue[] = [], options?: ErrorOptions & { totalIssues?: number }) {
    const total = options?.totalIssues ?? issues.length;
    super(issues.length === 0 ? message : `${message}: ${describeIssues(issues, total)}`, options);
    this.issues = issues;
  }
}

/** A model file that is not the one its manifest names: its sha256 differs. */
export class ModelIntegrityError extends FraudScorerError {
  static readonly code = 'ERR_MODEL_INTEGRITY';
  override readonly name = 'ModelIntegrityError';
  readonly code = 'ERR_MODEL_INTEGRITY';
}

/** None of the asked-for execution providers works here; the message gives the reason for each. */
export class ProviderUnavailableError extends FraudScorerError {
  static readonly code = 'ERR_PROVIDER_UNAVAILABLE';
  override readonly name = 'ProviderUnavailableError';
  readonly code = 'ERR_PROVIDER_UNAVAILABLE';
}

/** The machine or the container has no more of something this package needs: memory, file descriptors, threads or disk space. */
export class OutOfResourcesError extends FraudScorerError {
  static readonly code = 'ERR_OUT_OF_RESOURCES';
  override readonly name = 'OutOfResourcesError';
  readonly code = 'ERR_OUT_OF_RESOURCES';
}

/** The workers were not ready within `startTimeoutMs`. */
export class StartTimeoutError extends FraudScorerError {
  static readonly code = 'ERR_START_TIMEOUT';
  override readonly name = 'StartTimeoutError';
  readonly code = 'ERR_START_TIMEOUT';
}

function describeIssues(issues: readonly Issue[], total: number): string {
  const listed = issues.map(({ path, expected, received }) => `${path}: expected ${expected}, received ${received}`);
  if (total > issues.length) listed.push(`and ${total - issues.length} more`);
  return listed.join('; ');
}
