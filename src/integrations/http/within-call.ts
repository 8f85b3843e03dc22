import type { ScoreOptions } from '../../api/request.js';
import { AbortedError, DeadlineExceededError } from '../../errors.js';
import type { Clock } from '../../host/clock.js';

/**
 * The options of a call that has waited since `begunAt`, with the time that it has left.
 *
 * @throws {DeadlineExceededError} where it has none left.
 */
export function leftOf(call: ScoreOptions | undefined, begunAt: number, now: number): ScoreOptions | undefined {
  if (call?.timeoutMs === undefined) return call;
  const timeoutMs = call.timeoutMs - (now - begunAt);
  if (timeoutMs <= 0) throw new DeadlineExceededError(call.timeoutMs);
  return { ...call, timeoutMs };
}

/**
 * Waits for something no longer than a call may take, and no longer than its client waits. What is waited for goes on.
 *
 * @throws {DeadlineExceededError} (the promise rejects with it) @throws {AbortedError} likewise.
 */
export async function withinCall<T>(
  awaited: Promise<T>,
  { timeoutMs, signal }: ScoreOptions = {},
  clock: Clock,
): Promise<T> {
  if (timeoutMs === undefined && signal === undefined) return awaited;
  let end: () => void = () => {};
  const over = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(new AbortedError(signal?.reason));
    if (signal?.aborted === true) onAbort();
    signal?.addEventListener('abort', onAbort);
    const isLate = (): void => reject(new DeadlineExceededError(timeoutMs ?? 0));
    const timer = timeoutMs === undefined ? null : clock.background(timeoutMs, isLate);
    end = () => {
      timer?.clear();
      signal?.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([awaited, over]);
  } finally {
    end();
  }
}
