import type { PendingRequest } from '../request/pending-request.js';
import type { Batch } from './batch.js';
import { type BatchFailure, type BatchHistory, deathsOfPiece, decideRetry } from './retry-plan.js';

export interface RetriesOptions {
  /** The one request that is left of a batch, and can't be answered. */
  onFailed: (request: PendingRequest, failure: BatchFailure, reason: string) => void;
  /** Lets go of the slot of a request that is settled. */
  release: (request: PendingRequest) => void;
}

/**
 * Batches that failed and are to be sent again, in the same slots. Their requests are `retrying`; one that is settled meanwhile is
 * forgotten, as its slot may be another's by then.
 */
export class Retries {
  readonly #options: RetriesOptions;
  #batches: Batch[] = [];

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  /** Requests that still want an answer. */
  get requests(): PendingRequest[] {
    return this.#batches.flatMap(({ requests }) => requests.filter(isRetrying));
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0 || this.requests.length === 0;
  }

  /** Whether one of them must run alone. */
  get hasSuspect(): boolean {
    return this.#batches.some((batch) => isSuspect(batch) && batch.requests.some(isRetrying));
  }

  /** Takes a batch that no worker has any more. */
  failed(batch: Batch, failure: BatchFailure, reason: string): void {
    const deaths = batch.deaths + (failure === 'death' ? 1 : 0);
    const errors = batch.errors + (failure === 'error' ? 1 : 0);
    const open = this.#keepOpen(batch);
    const [first] = open;
    if (first === undefined) return;
    const decision = decideRetry(failure, open.length, { deaths, errors });
    if (decision.action === 'fail') {
      this.#options.onFailed(first, failure, reason);
    } else if (decision.action === 'again') {
      this.#batches.push({ requests: open, deaths, errors });
    } else {
      // First of all, so that there are never more pieces than one batch comes to at a time.
      this.#batches.unshift(...split(open, decision.pieces, { deaths: deathsOfPiece(deaths), errors }));
    }
  }

  /** Takes a batch that never reached a worker. */
  unsent(batch: Batch): void {
    this.#batches.unshift({ ...batch, requests: this.#keepOpen(batch) });
  }

  /** @returns the next batch that may share its worker, or the next that must not. */
  take(kind: 'sharing' | 'alone'): Batch | null {
    for (const batch of this.#batches) batch.requests = batch.requests.filter(isRetrying);
    this.#batches = this.#batches.filter(({ requests }) => requests.length > 0);
    const index = this.#batches.findIndex((batch) => isSuspect(batch) === (kind === 'alone'));
    return index < 0 ? null : (this.#batches.splice(index, 1)[0] ?? null);
  }

  #keepOpen({ requests }: Batch): PendingRequest[] {
    return requests.filter((request) => {
      if (request.state === 'settled') {
        this.#options.release(request);
        return false;
      }
      request.state = 'retrying';
      return true;
    });
  }
}

function split(requests: PendingRequest[], pieces: number, history: BatchHistory): Batch[] {
  const rows = Math.ceil(requests.length / pieces);
  const batches: Batch[] = [];
  for (let row = 0; row < requests.length; row += rows)
    batches.push({ requests: requests.slice(row, row + rows), ...history });
  return batches;
}

export function isSuspect({ deaths }: Batch): boolean {
  return deaths > 0;
}

function isRetrying({ state }: PendingRequest): boolean {
  return state === 'retrying';
}
