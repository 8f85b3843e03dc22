import type { OpenLoopReport } from '../load/open-loop.js';

/** @throws {Error} where a request failed or none was answered: a P99 of the others would flatter. */
export function answeredP99({ p99, sent, failed }: OpenLoopReport): number {
  if (p99 !== null && failed === 0) return p99;
  throw new Error(`expected every request of a slice to be answered, ${failed} of ${sent} failed`);
}
