import { performance } from 'node:perf_hooks';

/** Kept from when this module was loaded, as the clock's functions are: a host's tests may replace them. */
const utilization = performance.eventLoopUtilization.bind(performance);

/** How long this thread's event loop has had nothing to do since it began, in ms. */
export function loopIdleMs(): number {
  return utilization().idle;
}
