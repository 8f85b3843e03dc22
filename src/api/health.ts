import type { Provider, ProviderAttempt } from './provider.js';

/** Whether a scorer can answer. Made for a health endpoint. */
export interface Health {
  /** `ok`; `degraded`: the scorer answers, but `reasons` lists problems; `unavailable`: it cannot answer. */
  status: 'ok' | 'degraded' | 'unavailable';
  /** Whether the scorer would try to answer a request sent now. Use it for a readiness probe. */
  ready: boolean;
  /** The execution provider in use; null while no worker is ready. */
  provider: Provider | null;
  /** The providers in order of preference, each with the reason why it is not in use. */
  providers: ProviderAttempt[];
  /** Workers that are ready to take batches. */
  workers: number;
  /** Requests that wait for a worker. */
  queueDepth: number;
  reasons: string[];
}
