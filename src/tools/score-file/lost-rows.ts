import type { ScoreOutcome } from '../../api/result.js';
import { WorkerLostError } from '../../errors.js';
import type { RowRequest } from './prepared-row.js';

type ScoreMany = (requests: RowRequest[]) => Promise<ScoreOutcome[]>;

/** The most runs for a file, because each may cost a worker. Finding one row of a batch takes about 20. */
const maxRuns = 64;

/**
 * Scores rows again that were lost with their worker. A hung worker loses its whole batch, so halves are scored until the row that causes
 * it is alone.
 */
export class LostRows {
  readonly #scoreMany: ScoreMany;
  #runs = 0;

  constructor(scoreMany: ScoreMany) {
    this.#scoreMany = scoreMany;
  }

  /**
   * @returns the outcomes. Only rows that lose their worker alone stay lost.
   * @throws {WorkerLostError} if so many rows are lost that they are probably not the cause.
   */
  async settle(requests: readonly RowRequest[], outcomes: readonly ScoreOutcome[]): Promise<readonly ScoreOutcome[]> {
    const places = outcomes.flatMap((outcome, place) => (lossOf(outcome) === null ? [] : [place]));
    if (places.length === 0) return outcomes;
    const settled = [...outcomes];
    await this.#score(requests, settled, places);
    return settled;
  }

  async #score(requests: readonly RowRequest[], settled: ScoreOutcome[], places: readonly number[]): Promise<void> {
    const [first] = places;
    const loss = first === undefined ? null : lossOf(settled[first]);
    if (loss !== null && this.#runs >= maxRuns) throw loss;
    this.#runs += 1;
    const outcomes = await this.#scoreMany(places.flatMap((place) => requests[place] ?? []));
    for (const [at, outcome] of outcomes.entries()) {
      const place = places[at];
      if (place !== undefined) settled[place] = outcome;
    }
    const lost = places.filter((place) => lossOf(settled[place]) !== null);
    if (places.length === 1 || lost.length === 0) return;
    const half = Math.ceil(lost.length / 2);
    await this.#score(requests, settled, lost.slice(0, half));
    if (lost.length > half) await this.#score(requests, settled, lost.slice(half));
  }
}

function lossOf(outcome: ScoreOutcome | undefined): WorkerLostError | null {
  const reason: unknown = outcome?.status === 'rejected' ? outcome.reason : null;
  return reason instanceof WorkerLostError ? reason : null;
}
