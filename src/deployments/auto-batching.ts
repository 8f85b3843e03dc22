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
  /** CUDA device ids. The first one is measured. */
  devices: readonly number[];
  workers: number;
  /** Whether the host set the number of workers. If not, a GPU gets as many as it can use. */
  areWorkersGiven: boolean;
  targetLatencyMs: number;
  /** The entry of the tools' worker. @default the file in this package */
  toolWorkerFile?: string | URL | undefined;
  /** Ends the measurement; the error is the signal's reason. */
  signal?: AbortSignal | undefined;
}

export interface FoundBatching {
  batching: BatchLimits;
  workers: number;
}

/** Few sizes, so that a start on the CPU takes less than a second longer. Larger batches are measured only on a GPU. */
const cpuBatchSizes = [1, 16, 64, 128, 256, 512, 1_024];
export const gpuBatchSizes = [1, 64, 256, 1_024, 2_048, 4_096];
const cpuRuns = 20;
export const gpuRuns = 50;

/** The numbers of sessions that are tried on a device. */
const sessionCounts = [1, 2, 4];
const mostSessions = 64;

/** Two, so that one worker goes on while the other is replaced. A device with room for only one gets one. */
const leastWorkers = 2;

/**
 * Measures how batches should form and, on a GPU, how many workers there should be. Uses the first provider that works and may run the
 * model.
 *
 * @returns null if no provider works. Starting the workers then reports why.
 * @throws {ModelInvalidError | ModelIntegrityError} if the model directory is not valid, or the model cannot be run.
 * @throws {ProviderUnavailableError} if the ONNX runtime or the tools' worker cannot be loaded.
 * @throws {OutOfResourcesError} if no thread or no memory is available.
 * @throws {WorkerLostError} if a thread dies.
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

/** On the CPU there is one worker per core, and one of them is measured. Delaying batches never helped there (see `bench/`). */
async function findOnCpu(options: AutoBatchingOptions): Promise<FoundBatching | null> {
  const { workers, targetLatencyMs } = options;
  const { entries } = await profile(options, { providers: ['cpu'], batchSizes: cpuBatchSizes, runs: cpuRuns });
  const found = await recommendBatching(entries, { target: 'throughput', targetLatencyMs, sessions: workers });
  return found === null ? null : { batching: found.limits, workers };
}

/** Sessions on one device slow each other down, so they are measured together. */
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
  // If more workers will serve than the measurement needs, the batches must suit that number.
  const found = served === best.sessions ? best : await recommendBatching(entries, { ...asked, sessions: served });
  return found === null ? null : { batching: found.limits, workers };
}

function profile(options: AutoBatchingOptions, order: ProfileModelOptions): Promise<ModelProfile> {
  const { directory, toolWorkerFile, signal } = options;
  return profileOpened(directory, { ...order, toolWorkerFile, signal });
}
