import { FraudScorer, type FraudScorerOptions, type Provider } from 'fraud-scorer';
import type { GpuSettings } from './settings.js';

export interface ScorerChoice {
  /** @default the settings' */
  provider?: Provider;
  /** Sessions, a worker each. @default the settings' */
  workers?: number;
  maxBatchSize?: number;
  /** @default 0 */
  maxQueueDelayMs?: number;
  model?: string;
  workerFile?: URL;
}

/** A scorer on one provider alone: none that falls back to another without a word. Not even a long stall has a request turned away. */
export function openScorer(settings: GpuSettings, choice: ScorerChoice = {}): Promise<FraudScorer> {
  const { provider = settings.provider, workers = settings.sessions, model = settings.model, workerFile } = choice;
  const { maxBatchSize = provider === 'cpu' ? 256 : settings.batchSize, maxQueueDelayMs = 0 } = choice;
  return FraudScorer.create({
    ...roomy(settings, provider),
    model,
    workers,
    batching: { maxBatchSize, maxQueueDelayMs },
    ...(workerFile === undefined ? {} : { workerFile }),
  });
}

/** One that finds by itself how batches should form and, on a GPU, how many sessions there should be. */
export function openAutoScorer(settings: GpuSettings): Promise<FraudScorer> {
  const { model, provider, cpuWorkers } = settings;
  const workers = provider === 'cpu' ? { workers: cpuWorkers } : {};
  return FraudScorer.create({ ...roomy(settings, provider), model, batching: 'auto', ...workers });
}

function roomy({ device }: GpuSettings, provider: Provider): FraudScorerOptions {
  const devices = provider === 'cpu' ? {} : { devices: [device] };
  return { providers: [provider], ...devices, maxQueueSize: 500_000, timeoutMs: 60_000 };
}

/** The CPU provider on the host's own cores, to stand beside a GPU. */
export function openCpuScorer(settings: GpuSettings, choice: ScorerChoice = {}): Promise<FraudScorer> {
  return openScorer(settings, { maxBatchSize: 256, ...choice, provider: 'cpu', workers: settings.cpuWorkers });
}

export function sessionsText(sessions: number): string {
  return sessions === 1 ? '1 session' : `${sessions} sessions`;
}

/** How the rows of a table name the CPU's scorer. */
export function cpuText({ cpuWorkers }: GpuSettings): string {
  return `CPU provider, ${cpuWorkers === 1 ? '1 worker' : `${cpuWorkers} workers`}`;
}
