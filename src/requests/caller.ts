import type { ScoreRequest } from '../api/request.js';
import type { ScoreResult } from '../api/result.js';
import type { ErrorCode, FraudScorerError } from '../errors.js';
import type { CallerContext } from '../host/async-context.js';
import type { Trace } from '../monitoring/traces/traces.js';

/** The caller of a request whose answer is not a model result. Made only when it is needed. */
export interface Caller {
  readonly request: ScoreRequest | null;
  readonly id: string | undefined;
  /** Time on the monotonic clock, in ms. */
  readonly enqueuedAt: number;
  /** The context in which host code for this request runs; null if there was no such code when the request came. */
  readonly context: CallerContext | null;
  readonly resolve: (result: ScoreResult) => void;
  readonly reject: (error: FraudScorerError) => void;
  /** The trace of the request; null if it is not traced. */
  readonly trace: Trace | null;
  /** Whether a version was already chosen. */
  readonly isRouted: boolean;
}

/** Counts outcomes of requests. */
export interface SettlementObserver {
  recordError(error: FraudScorerError): void;
  /** A request that `close` gave up. */
  recordAbandoned(): void;
  /** A request that the fallback answered. @param code the code of the error that it replaced. */
  recordFallback(code: ErrorCode): void;
}
