import { AsyncResource } from 'node:async_hooks';

/** The asynchronous context (what `AsyncLocalStorage` reads) of one caller. */
export type CallerContext = AsyncResource;

/**
 * A context without a caller. It is made when this module loads, which is before the host serves requests. Code that runs in it sees no
 * request's store and keeps none alive.
 */
export const outside = new AsyncResource('fraud-scorer', { requireManualDestroy: true });

/** Runs `work` in an asynchronous context without a caller. */
export function outsideOfRequests<T>(work: () => T): T {
  return outside.runInAsyncScope(work);
}

/** Captures the current context. This costs a fraction of a microsecond, so do it only if host code will run in it. */
export function currentContext(): CallerContext {
  return new AsyncResource('fraud-scorer.score', { requireManualDestroy: true });
}

/** Runs `work` in the caller's context, or in a context without a caller if none was captured. */
export function inContext<T>(context: CallerContext | null, work: () => T): T {
  return (context ?? outside).runInAsyncScope(work);
}
