import { fallbackDecision } from '../../../answering/fallback.js';
import type { Fallback } from '../../../api/policy.js';
import type { ScoreRequest } from '../../../api/request.js';
import { FraudScorerError, InferenceError, InvalidRequestError } from '../../../errors.js';
import { type currentContext, inContext } from '../../../host/async-context.js';
import type { Clock } from '../../../host/clock.js';
import { type Caller, rejectCaller, resolveCaller } from './caller.js';
import type { ClientStatistics } from './client-statistics.js';

interface FailedRequestsOptions {
  clock: Clock;
  fallback: Fallback;
  statistics: () => ClientStatistics;
  onFallbackFailure: (reason: string) => void;
}

/** A request that no node will answer. */
interface FailedRequest {
  /** What the fallback is given; null if it is no function. */
  request: ScoreRequest | null;
  /** The async context of the caller, in which the fallback runs. */
  context: ReturnType<typeof currentContext> | null;
  id: string | undefined;
  caller: Caller;
  enqueuedAt: number;
  error: FraudScorerError;
  /** `close` ran out of time. */
  isAbandoned: boolean;
}

/** Settles requests that failed, with the error or with the fallback's decision, and counts them. */
export class FailedRequests {
  readonly #options: FailedRequestsOptions;

  constructor(options: FailedRequestsOptions) {
    this.#options = options;
  }

  settle({ request, context, id, caller, enqueuedAt, error, isAbandoned }: FailedRequest): void {
    const { clock, fallback, statistics, onFallbackFailure } = this.#options;
    statistics().recordError(error, isAbandoned);
    const decide = () => fallbackDecision(fallback, request as ScoreRequest, error, onFallbackFailure);
    const decision = fallback === 'throw' ? null : inContext(context, decide);
    if (decision === null) {
      rejectCaller(caller, error);
      return;
    }
    statistics().recordFallback(error.code);
    resolveCaller(caller, {
      source: 'fallback',
      decision,
      error: error.code,
      timing: { totalMs: clock.now() - enqueuedAt },
      fraudProbability: null,
      riskScore: null,
      riskLevel: null,
      ...(id === undefined ? {} : { id }),
    });
  }
}

/** What a caller is told when its request could not be taken in. An error that is not the package's own comes from the host's objects, such as a signal. */
export function refusalError(error: unknown): FraudScorerError {
  if (error instanceof FraudScorerError) return error as FraudScorerError;
  if (error instanceof RangeError) return new InferenceError('The request could not be taken in: too little memory');
  const issue = {
    path: 'request',
    expected: 'an object that can be read',
    received: 'one that throws when it is read',
  };
  return new InvalidRequestError([issue], 1, { cause: error });
}
