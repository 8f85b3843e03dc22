import { AsyncResource } from 'node:async_hooks';

/** The asynchronous context (what `AsyncLocalStorage` reads) of one caller. */
export type CallerContext = AsyncResource;

/**
 * Made when this module loads, which hosts do before they serve requests: whatever runs in it sees no request's store, and keeps none
 * alive.
 */
export const outside = new AsyncResource('fraud-scorer', { requireManualDestroy: true });

/** Runs `work` in the asynchronous context of no caller. */
export function outsideOfRequests<T>(work: () => T): T {
  return outside.runInAsyncScope(work);
}

/** Takes hold of the context that is current now. It costs a fraction of a microsecond: take it only where host code will run in it. */
export function currentContext(): CallerContext {
  return new AsyncResource('fraud-scorer.score', { requireManualDestroy: true });
}

/** Runs `work` in a caller's context, or in that of no caller where none was taken. */
export function inContext<T>(context: CallerContext | null, work: () => T): T {
  return (context ?? outside).runInAsyncScope(work);
}
