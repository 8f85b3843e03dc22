import { systemClock } from './clock.js';

/**
 * Resolves once the event loop has handled what is already waiting. Long work waits for it between its parts, so that no request waits for
 * the whole of it.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => systemClock.soon(resolve));
}
