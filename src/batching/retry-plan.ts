/** What befell a batch: its worker died, or the runtime failed on it. */
export type BatchFailure = 'death' | 'error';

/** Send it again as it is, in so many pieces at most, or fail the one request that is left. */
export type RetryDecision = { action: 'again' } | { action: 'split'; pieces: number } | { action: 'fail' };

/** A batch that has cost so many workers holds what kills them. */
const fatalDeaths = 2;

/** A run that fails costs no more than one that does not, so halves find the fault soonest; a death costs as much as hundreds of runs. */
const pieces: Record<BatchFailure, number> = { error: 2, death: 16 };

/**
 * What becomes of a batch that failed. The runtime's error is the batch's own; a death may have been the neighbour's, or nobody's, so
 * the batch is tried once more, alone. What is at fault is then split until one request is left, and only that one fails.
 *
 * @param rows requests that still want an answer, at least 1.
 * @param deaths workers that died over it, this one included.
 */
export function decideRetry(failure: BatchFailure, rows: number, deaths: number): RetryDecision {
  if (failure === 'death' && deaths < fatalDeaths) return { action: 'again' };
  return rows > 1 ? { action: 'split', pieces: pieces[failure] } : { action: 'fail' };
}

/** The deaths a piece begins with: one more, alone, and it is known to be the one. */
export function deathsOfPiece(deaths: number): number {
  return Math.min(deaths, fatalDeaths - 1);
}
