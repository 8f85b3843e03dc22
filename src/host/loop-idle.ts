import { performance } from 'node:perf_hooks';

/** Captured when this module was loaded, like the functions of the clock, because a host's tests may replace them. */
const utilization = performance.eventLoopUtilization.bind(performance);

/** How long this thread's event loop has been idle since it began, in ms. */
export function loopIdleMs(): number {
  return utilization().idle;
}
