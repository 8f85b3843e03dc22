import type { BatchLimits } from '../batching/batch-policy.js';
import { dynamicBatchingConfig } from '../tools/dynamic-batching-config.js';
import { profileModel } from '../tools/profile-model.js';
import { recommendBatchSize } from '../tools/recommend-batch-size.js';
import type { Provider } from '../types.js';

/** Few enough to add less than a second to a start; a GPU's larger batches are measured on a GPU alone. */
const batchSizes = { cpu: [1, 16, 64, 128, 256, 512, 1_024], gpu: [1, 64, 256, 1_024, 2_048, 4_096] };
const runs = 20;

/** Sessions on one device run in turns, so that a batch takes about as many times as long as there are. */
export interface Sessions {
  workers: number;
  devices: number;
}

/** The share of the target latency that a batch may take of a worker: the rest is for the wait before it. */
const batchShare = 0.5;

/**
 * Finds by measurement how batches should form: the size with the most rows a second among those whose P99 is within half the target
 * latency (of which each session on a GPU has its part), on the first provider that works. Batches are held back on a GPU alone: on a
 * CPU no delay ever paid (see `bench/`).
 *
 * @param directory of the model.
 * @returns null where none of the providers works; starting the workers says why.
 * @throws {ModelInvalidError | ModelIntegrityError} where the model directory is not as it should be, or can't be run.
 */
export async function findBatchLimits(
  directory: string,
  providers: readonly Provider[],
  device: number,
  targetLatencyMs: number,
  sessions: Sessions = { workers: 1, devices: 1 },
): Promise<BatchLimits | null> {
  for (const provider of providers) {
    const isGpu = provider !== 'cpu';
    const sizes = isGpu ? batchSizes.gpu : batchSizes.cpu;
    const profile = await profileModel(directory, { providers: [provider], batchSizes: sizes, runs, device });
    if (profile.entries.length === 0) continue;
    const perDevice = isGpu ? Math.ceil(sessions.workers / sessions.devices) : 1;
    const latencyBudgetMs = (targetLatencyMs * batchShare) / perDevice;
    const batchSize = recommendBatchSize(profile, { target: 'throughput', latencyBudgetMs });
    const { maxBatchSize, maxQueueDelayMs } = dynamicBatchingConfig(batchSize, { targetLatencyMs });
    return { maxBatchSize, maxQueueDelayMs: isGpu ? maxQueueDelayMs : 0, targetLatencyMs };
  }
  return null;
}
