import type { BatchLimits } from '../api/options.js';
import type { Provider } from '../api/provider.js';
import { cpuOperatorsOf } from '../models/cpu-operators.js';
import type { ModelDirectory } from '../models/model-directory.js';
import { maxWorkers } from '../pool/default-workers.js';
import { type ModelProfile, type ProfileModelOptions, profileOpened } from '../tools/profile-model.js';
import { recommendBatching } from '../tools/recommend-batching.js';

export interface AutoBatchingOptions {
  directory: ModelDirectory;
  providers: readonly Provider[];
  /** CUDA device ids; the first is measured. */
  devices: readonly number[];
  workers: number;
  /** Whether the host said how many workers; where it did not, a GPU gets as many as it can use. */
  areWorkersGiven: boolean;
  targetLatencyMs: number;
  /** The entry of the tools' worker. @default the package's */
  toolWorkerFile?: string | URL | undefined;
  /** Ends it, with its reason. */
  signal?: AbortSignal | undefined;
}

export interface FoundBatching {
  batching: BatchLimits;
  workers: number;
}

/** Few enough to add less than a second to a start on the CPU; a GPU's larger batches are measured on a GPU alone. */
const cpuBatchSizes = [1, 16, 64, 128, 256, 512, 1_024];
export const gpuBatchSizes = [1, 64, 256, 1_024, 2_048, 4_096];
const cpuRuns = 20;
export const gpuRuns = 50;

/** Sessions that are tried on a device. */
const sessionCounts = [1, 2, 4];
const mostSessions = 64;

/** So that one goes on while the other is replaced; where a device has no room for two there is one. */
const leastWorkers = 2;

/**
 * Finds by measurement how batches should form and, on a GPU, how many workers there should be, on the first provider that works and
 * may run the model.
 *
 * @returns null where none of the providers works; starting the workers says why.
 * @throws {ModelInvalidError | ModelIntegrityError} where the model directory is not as it should be, or can't be run.
 * @throws {ProviderUnavailableError} where the ONNX runtime, or the tools' worker, cannot be loaded.
 * @throws {OutOfResourcesError} where there is no thread, or no memory.
 * @throws {WorkerLostError} where a thread dies.
 */
export async function findBatching(options: AutoBatchingOptions): Promise<FoundBatching | null> {
  const cpuOperators = await cpuOperatorsOf(options.directory.bytes, options.providers);
  const providers: readonly Provider[] = cpuOperators.length > 0 ? ['cpu'] : options.providers;
  for (const provider of providers) {
    const found = provider === 'cpu' ? await findOnCpu(options) : await findOnGpu(provider, options);
    if (found !== null) return found;
  }
  return null;
}

/** A worker for each core is what serves; one of them is measured. Holding batches back never paid there (see `bench/`). */
async function findOnCpu(options: AutoBatchingOptions): Promise<FoundBatching | null> {
  const { workers, targetLatencyMs } = options;
  const { entries } = await profile(options, { providers: ['cpu'], batchSizes: cpuBatchSizes, runs: cpuRuns });
  const found = await recommendBatching(entries, { target: 'throughput', targetLatencyMs, sessions: workers });
  return found === null ? null : { batching: found.limits, workers };
}

/** Sessions on one device slow one another down, so that they are measured together. */
async function findOnGpu(provider: Provider, options: AutoBatchingOptions): Promise<FoundBatching | null> {
  const { devices, areWorkersGiven, targetLatencyMs } = options;
  const perDevice = (workers: number): number => Math.min(Math.ceil(workers / devices.length), mostSessions);
  const given = perDevice(options.workers);
  const { entries } = await profile(options, {
    providers: [provider],
    batchSizes: gpuBatchSizes,
    sessions: areWorkersGiven ? [...sessionCounts.filter((count) => count < given), given] : sessionCounts,
    runs: gpuRuns,
    device: devices[0],
  });
  const asked = { target: 'throughput', targetLatencyMs, devices: devices.length } as const;
  if (areWorkersGiven) {
    const found = await recommendBatching(entries, { ...asked, sessions: given });
    return found === null ? null : { batching: found.limits, workers: options.workers };
  }
  const best = await recommendBatching(entries, asked);
  if (best === null) return null;
  const canBeMore = entries.some(({ sessions }) => sessions >= perDevice(leastWorkers));
  const workers = Math.min(Math.max(best.sessions * devices.length, canBeMore ? leastWorkers : 1), maxWorkers);
  const served = perDevice(workers);
  // Where more will serve than would do, batches must suit those.
  const found = served === best.sessions ? best : await recommendBatching(entries, { ...asked, sessions: served });
  return found === null ? null : { batching: found.limits, workers };
}

function profile(options: AutoBatchingOptions, order: ProfileModelOptions): Promise<ModelProfile> {
  const { directory, toolWorkerFile, signal } = options;
  return profileOpened(directory, { ...order, toolWorkerFile, signal });
}
