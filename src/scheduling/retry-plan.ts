/** Why a batch failed: its worker died, or the runtime failed on it. */
export type BatchFailure = 'death' | 'error';

/** Send the batch again unchanged, send it in parts, or fail the single request that remains. */
export type RetryDecision = { action: 'again' } | { action: 'split'; pieces: number } | { action: 'fail' };

/** How often a batch has failed, including this time. */
export interface BatchHistory {
  /** Workers that died while they ran it. */
  deaths: number;
  /** Runs on which the runtime failed. */
  errors: number;
}

/** After this many deaths, the batch certainly has a request that kills workers. */
const fatalDeaths = 2;

/**
 * If the runtime failed this often on a request that was alone, the request is the cause. A single failure may be a random fault of the
 * machine.
 */
const fatalErrors = 2;

/**
 * The number of parts. A failed run costs no more than a good one, so halves find the cause fastest. A death costs as much as hundreds of
 * runs.
 */
const pieces: Record<BatchFailure, number> = { error: 2, death: 16 };

/**
 * Decides what happens to a failed batch. A runtime error is caused by the batch. A death may have been caused by another batch or by
 * nothing, so the batch is tried once more, alone. A batch that causes failures is then split until one request remains. Only that request
 * fails, after its second failure.
 *
 * @param rows requests that still need an answer, at least 1.
 */
export function decideRetry(failure: BatchFailure, rows: number, { deaths, errors }: BatchHistory): RetryDecision {
  if (failure === 'death' && deaths < fatalDeaths) return { action: 'again' };
  if (rows > 1) return { action: 'split', pieces: pieces[failure] };
  return failure === 'error' && errors < fatalErrors ? { action: 'again' } : { action: 'fail' };
}

/**
 * The history that a part of a batch starts with. After one more death, alone, the part is known to be the cause. Errors count only if the
 * request was alone: before, another request of the batch may have been the cause.
 */
export function historyOfPiece(rows: number, { deaths, errors }: BatchHistory): BatchHistory {
  return { deaths: Math.min(deaths, fatalDeaths - 1), errors: rows === 1 ? 0 : errors };
}
