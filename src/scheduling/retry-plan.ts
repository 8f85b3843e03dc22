/** Why a batch failed: its worker died, or the runtime failed on it. */
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

/** A request on which the runtime failed so often while it was alone is what it failed on; once may be the machine's own trouble. */
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

/**
 * What a piece of so many rows begins with. One more death, alone, and it is known to be the one. Of errors, only those that befall a
 * request while it is alone count: it may have been in company of the one at fault before.
 */
export function historyOfPiece(rows: number, { deaths, errors }: BatchHistory): BatchHistory {
  return { deaths: Math.min(deaths, fatalDeaths - 1), errors: rows === 1 ? 0 : errors };
}
