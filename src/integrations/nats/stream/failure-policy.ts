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

/** The longest of all pauses between two attempts, in milliseconds. */
export function longestRetryMs(limits: RetryLimits & { readonly maxDeliveries: number }): number {
  return retryDelayMs(Math.max(1, limits.maxDeliveries - 1), limits);
}
