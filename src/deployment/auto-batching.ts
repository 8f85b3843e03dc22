import type { BatchLimits } from '../batching/batch-policy.js';
import { profileModel } from '../tools/profile-model.js';
import { recommendBatching } from '../tools/recommend-batching.js';
import type { Provider } from '../types.js';

export interface AutoBatchingOptions {
  /** The model directory. */
  model: string;
  providers: readonly Provider[];
  /** CUDA device ids; the first is measured. */
  devices: readonly number[];
  workers: number;
  /** Whether the host said how many workers; where it did not, a GPU gets as many as it can use. */
  areWorkersGiven: boolean;
  targetLatencyMs: number;
}

export interface FoundBatching {
  batching: BatchLimits;
  workers: number;
}

/** Few enough to add less than a second to a start on the CPU; a GPU's larger batches are measured on a GPU alone. */
const batchSizes = { cpu: [1, 16, 64, 128, 256, 512, 1_024], gpu: [1, 64, 256, 1_024, 2_048, 4_096] };
const runs = 20;

/** Sessions that are tried on a device. */
const sessionCounts = [1, 2, 4];
const mostSessions = 64;

/** So that one goes on while the other is replaced. */
const leastWorkers = 2;

/**
 * Finds by measurement how batches should form and, on a GPU, how many workers there should be, on the first provider that works.
 *
 * @returns null where none of the providers works; starting the workers says why.
 * @throws {ModelInvalidError | ModelIntegrityError} where the model directory is not as it should be, or can't be run.
 */
export async function findBatching(options: AutoBatchingOptions): Promise<FoundBatching | null> {
  for (const provider of options.providers) {
    const found = provider === 'cpu' ? await findOnCpu(options) : await findOnGpu(provider, options);
    if (found !== null) return found;
  }
  return null;
}

/** A worker for each core is what serves; one of them is measured. */
async function findOnCpu({ model, workers, targetLatencyMs }: AutoBatchingOptions): Promise<FoundBatching | null> {
  const { entries } = await profileModel(model, { providers: ['cpu'], batchSizes: batchSizes.cpu, runs });
  const found = recommendBatching(entries, { target: 'throughput', targetLatencyMs, sessions: workers });
  return found === null ? null : { batching: found.limits, workers };
}

/** Sessions on one device slow one another down, so that they are measured together. */
async function findOnGpu(provider: Provider, options: AutoBatchingOptions): Promise<FoundBatching | null> {
  const { model, devices, workers, areWorkersGiven, targetLatencyMs } = options;
  const perDevice = areWorkersGiven ? Math.min(Math.ceil(workers / devices.length), mostSessions) : undefined;
  const { entries } = await profileModel(model, {
    providers: [provider],
    batchSizes: batchSizes.gpu,
    sessions: perDevice === undefined ? sessionCounts : upTo(perDevice),
    runs,
    device: devices[0],
  });
  const asked = { target: 'throughput', targetLatencyMs } as const;
  const found = recommendBatching(entries, perDevice === undefined ? asked : { ...asked, sessions: perDevice });
  if (found === null) return null;
  const enough = Math.max(found.sessions * devices.length, leastWorkers);
  return { batching: found.limits, workers: areWorkersGiven ? workers : enough };
}

function upTo(sessions: number): number[] {
  return [...sessionCounts.filter((count) => count < sessions), sessions];
}
