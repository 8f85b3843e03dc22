import type { ScoreRequest } from '../api/request.js';
import type { ScoreResult } from '../api/result.js';
import type { ErrorCode, FraudScorerError } from '../errors.js';
import type { CallerContext } from '../host/async-context.js';
import type { Trace } from '../monitoring/traces/traces.js';

/** Who waits for an answer that is no result of the model's. Made only where there is such an answer. */
export interface Caller {
  readonly request: ScoreRequest | null;
  readonly id: string | undefined;
  /** On the monotonic clock, in ms. */
  readonly enqueuedAt: number;
  /** Where the host's code runs that hears of this request; null where none did when the request came. */
  readonly context: CallerContext | null;
  readonly resolve: (result: ScoreResult) => void;
  readonly reject: (error: FraudScorerError) => void;
  /** Who watches the request; null where nobody does. */
  readonly trace: Trace | null;
  /** Whether a version had been chosen. */
  readonly isRouted: boolean;
}

/** Counts what became of requests. */
export interface SettlementObserver {
  recordError(error: FraudScorerError): void;
  /** A request that `close` gave up. */
  recordAbandoned(): void;
  /** A request that the fallback answered. @param code of the error in whose place it did. */
  recordFallback(code: ErrorCode): void;
}
