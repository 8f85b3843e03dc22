import type { Provider, ProviderAttempt } from './provider.js';

/** Whether this scorer can answer, for a host's health endpoint. */
export interface Health {
  /** `ok`, `degraded` (answers, but something in `reasons` is wrong) or `unavailable`. */
  status: 'ok' | 'degraded' | 'unavailable';
  /** Whether a request sent now would be tried: for a readiness probe. */
  ready: boolean;
  /** The execution provider in use; null while no worker is ready. */
  provider: Provider | null;
  /** The providers in order of preference, with the reason why each was not used. */
  providers: ProviderAttempt[];
  /** Workers ready to take batches. */
  workers: number;
  /** Requests waiting for a worker. */
  queueDepth: number;
  reasons: string[];
}
