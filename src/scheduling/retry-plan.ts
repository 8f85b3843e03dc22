/** What befell a batch: its worker died, or the runtime failed on it. */
export type BatchFailure = 'death' | 'error';

/** Send it again as it is, in so many pieces at most, or fail the one request that is left. */
export type RetryDecision = { action: 'again' } | { action: 'split'; pieces: number } | { action: 'fail' };

/** How often a batch has failed, this time included. */
export interface BatchHistory {
  /** Workers that died over it. */
  deaths: number;
  /** Runs on which the runtime failed. */
  errors: number;
}

/** A batch that has cost so many workers holds what kills them. */
const fatalDeaths = 2;

/** A request that was in so many failed runs, the last of them alone, is what they failed on; one may be the machine's own trouble. */
const fatalErrors = 2;

/** A run that fails costs no more than one that does not, so halves find the fault soonest; a death costs as much as hundreds of runs. */
const pieces: Record<BatchFailure, number> = { error: 2, death: 16 };

/**
 * What becomes of a batch that failed. The runtime's error is the batch's own; a death may have been the neighbour's, or nobody's, so
 * the batch is tried once more, alone. What is at fault is then split until one request is left, and only that one fails, the second time.
 *
 * @param rows requests that still want an answer, at least 1.
 */
export function decideRetry(failure: BatchFailure, rows: number, { deaths, errors }: BatchHistory): RetryDecision {
  if (failure === 'death' && deaths < fatalDeaths) return { action: 'again' };
  if (rows > 1) return { action: 'split', pieces: pieces[failure] };
  return failure === 'error' && errors < fatalErrors ? { action: 'again' } : { action: 'fail' };
}

/** The deaths a piece begins with: one more, alone, and it is known to be the one. */
export function deathsOfPiece(deaths: number): number {
  return Math.min(deaths, fatalDeaths - 1);
}
