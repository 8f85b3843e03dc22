/** What a version's number of workers depends on. */
export interface WorkerNeed {
  /** Of the traffic, in [0, 1]. */
  share: number;
  /** What the host said; null where it leaves that to its share. */
  given: number | null;
}

/**
 * How many workers each version gets: as many as its share of `workers`, rounded, and at least one, or what the host gave it. So all
 * together they are at most `workers` and one for each version, where the host gave nothing.
 *
 * @param workers of the scorer.
 */
export function workersByShare(needs: readonly WorkerNeed[], workers: number): number[] {
  return needs.map(({ share, given }) => given ?? Math.max(1, Math.round(share * workers)));
}
