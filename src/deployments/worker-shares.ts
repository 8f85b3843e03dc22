/** The values that determine a version's number of workers. */
export interface WorkerNeed {
  /** Its share of the traffic, in [0, 1]. */
  share: number;
  /** The number from the host; null if it follows from the share. */
  given: number | null;
}

/**
 * The number of workers of each version: its share of `workers`, rounded, and at least one; or the number from the host. If the host gave
 * no numbers, the sum is at most `workers` plus one for each version.
 *
 * @param workers the scorer's number of workers.
 */
export function workersByShare(needs: readonly WorkerNeed[], workers: number): number[] {
  return needs.map(({ share, given }) => given ?? Math.max(1, Math.round(share * workers)));
}
