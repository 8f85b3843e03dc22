import { FraudScorer, type FraudScorerOptions, type Provider } from 'fraud-scorer';
import type { GpuSettings } from './settings.js';

export interface ScorerChoice {
  /** @default the settings' */
  provider?: Provider;
  /** Sessions, a worker each. @default the settings' */
  workers?: number;
  maxBatchSize?: number;
  model?: string;
  workerFile?: URL;
}

/** A scorer on one provider alone: none that falls back to another without a word. Not even a long stall has a request turned away. */
export function openScorer(settings: GpuSettings, choice: ScorerChoice = {}): Promise<FraudScorer> {
  const { provider = settings.provider, workers = settings.sessions, model = settings.model, workerFile } = choice;
  const options: FraudScorerOptions = {
    model,
    providers: [provider],
    workers,
    batching: { maxBatchSize: choice.maxBatchSize ?? (provider === 'cpu' ? 256 : settings.batchSize) },
    maxQueueSize: 500_000,
    timeoutMs: 60_000,
    ...(provider === 'cpu' ? {} : { devices: [settings.device] }),
    ...(workerFile === undefined ? {} : { workerFile }),
  };
  return FraudScorer.create(options);
}

/** The CPU provider on the host's own cores, to stand beside a GPU. */
export function openCpuScorer(settings: GpuSettings, maxBatchSize = 256): Promise<FraudScorer> {
  return openScorer(settings, { provider: 'cpu', workers: settings.cpuWorkers, maxBatchSize });
}

export function sessionsText(sessions: number): string {
  return sessions === 1 ? '1 session' : `${sessions} sessions`;
}

/** How the rows of a table name the CPU's scorer. */
export function cpuText({ cpuWorkers }: GpuSettings): string {
  return `CPU provider, ${cpuWorkers === 1 ? '1 worker' : `${cpuWorkers} workers`}`;
}
