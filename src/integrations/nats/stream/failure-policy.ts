/** What happens to a transaction whose attempt failed. */
export type Verdict = { readonly kind: 'retry'; readonly delayMs: number } | { readonly kind: 'dead' };

/** What the policy needs to know. */
export interface RetryLimits {
  readonly maxTries: number;
  readonly retryDelayMs: number;
}

const longestDelayMs = 60_000;

/** The same message would fail again. */
const hopeless: ReadonlySet<string> = new Set(['ERR_INVALID_REQUEST', 'ERR_INVALID_OPTIONS']);

/**
 * @param code of the scorer's error; null for any other error. @param tries attempts so far, with the failed one; at least 1.
 * @returns dead for a message that is not valid, and after the last try; else a delay that doubles with each try.
 */
export function verdictOf(code: string | null, tries: number, limits: RetryLimits): Verdict {
  if ((code !== null && hopeless.has(code)) || tries >= limits.maxTries) return { kind: 'dead' };
  return { kind: 'retry', delayMs: retryDelayMs(tries, limits) };
}

/** Milliseconds until the next attempt. */
export function retryDelayMs(tries: number, { retryDelayMs: first }: RetryLimits): number {
  return Math.min(first * 2 ** (tries - 1), longestDelayMs);
}

/**
 * The longest time from one publication of a decision to the next one of the same transaction: the worker that published it dies, or the
 * confirmation does not come and the transaction is given back. The time that scoring takes is not in it.
 *
 * @param ackWaitMs after which the server delivers an unacknowledged message again. @param confirmWaitMs how long a confirmation is waited for.
 */
export function longestRepeatMs(
  ackWaitMs: number,
  confirmWaitMs: number,
  limits: RetryLimits & { readonly maxDeliveries: number },
): number {
  // After the last delivery nothing is given back for another decision.
  const lastRetry = limits.maxDeliveries - 1;
  const delayMs = lastRetry < 1 ? 0 : retryDelayMs(lastRetry, limits);
  return Math.max(ackWaitMs, confirmWaitMs + delayMs);
}
