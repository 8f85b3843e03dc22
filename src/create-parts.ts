import type { FraudScorerOptions } from './api/options.js';
import { compose, type Parts } from './compose.js';
import { findBatching } from './deployments/auto-batching.js';
import { GpuMemory } from './deployments/gpu-memory.js';
import { StartLimit } from './deployments/start-limit.js';
import { systemClock } from './host/clock.js';
import { outOfResources } from './host/out-of-resources.js';
import { startParts } from './lifecycle.js';
import { openBundledModel } from './models/bundled-model.js';
import type { ManifestInput } from './models/manifest.js';
import { type ModelDirectory, openModelDirectory } from './models/model-directory.js';
import { type ResolvedOptions, resolveOptions } from './options.js';

/** The most waiting requests during a rehearsal. */
const rehearsalQueue = 256;

/** Scores synthetic requests for the model's inputs with parts that have no workers. */
export type Rehearsal = (parts: Parts, inputs: readonly ManifestInput[]) => Promise<void>;

/**
 * Creates parts that serve, from the options, within `startTimeoutMs`.
 *
 * @throws what `FraudScorer.create` throws.
 */
export async function createParts(options: FraudScorerOptions, rehearsal: Rehearsal): Promise<Parts> {
  try {
    const resolved = resolveOptions(options);
    const limit = new StartLimit(systemClock, resolved.startTimeoutMs);
    try {
      return await createWithin(limit, resolved, rehearsal);
    } finally {
      limit.end();
    }
  } catch (error) {
    throw outOfResources(error, 'The scorer could not be started') ?? error;
  }
}

async function createWithin(limit: StartLimit, resolved: ResolvedOptions, rehearsal: Rehearsal): Promise<Parts> {
  const { model } = resolved;
  const directory = await (model === null
    ? limit.within('reading the demonstration model', openBundledModel())
    : limit.within(`reading the model directory ${model}`, openModelDirectory(model)));
  const gpuMemory = new GpuMemory({ ...resolved, clock: systemClock });
  try {
    // Before anything maps a GPU: the host is still small.
    await limit.within('looking for nvidia-smi', gpuMemory.open());
    return await startWith(gpuMemory, { limit, resolved, rehearsal, directory });
  } catch (error) {
    await gpuMemory.close();
    throw error;
  }
}

interface Start {
  limit: StartLimit;
  resolved: ResolvedOptions;
  rehearsal: Rehearsal;
  directory: ModelDirectory;
}

async function startWith(gpuMemory: GpuMemory, { limit, resolved, rehearsal, directory }: Start): Promise<Parts> {
  const { batching, autoBatching } = resolved;
  const measuring = autoBatching ? findBatching({ ...resolved, ...batching, directory, signal: limit.signal }) : null;
  const found = measuring === null ? null : await limit.within("measuring the model for batching: 'auto'", measuring);
  const options = { ...resolved, ...found };
  if (options.workers !== resolved.workers) options.workersFrom = "batching: 'auto'";
  const parts = compose(options, directory, systemClock, gpuMemory);
  try {
    // The host has nothing else to do while its workers load.
    const starting = limit.within('starting the workers', startParts(parts, limit.signal));
    await Promise.all([starting, rehearse(resolved, directory, rehearsal)]);
  } catch (error) {
    parts.monitor.dispose();
    parts.hostLoad.dispose();
    throw error;
  }
  return parts;
}

/** Compiles the host's part of the code by running it with separate parts, which have no workers and report nothing. */
async function rehearse(options: ResolvedOptions, directory: ModelDirectory, rehearsal: Rehearsal): Promise<void> {
  const quiet = {
    logger: undefined,
    decide: undefined,
    fallback: 'throw',
    explain: false,
    maxQueueSize: rehearsalQueue,
  } as const;
  const maxBatchSize = Math.min(options.batching.maxBatchSize, rehearsalQueue);
  const batching = { ...options.batching, maxBatchSize, maxQueueDelayMs: 0 };
  try {
    const gpuMemory = new GpuMemory({ ...options, clock: systemClock });
    const parts = compose({ ...options, ...quiet, batching, workers: 1 }, directory, systemClock, gpuMemory);
    const { primary } = parts.deployments;
    primary.workers.standIn();
    await rehearsal(parts, directory.manifest.inputs);
  } catch {
    // For example, there is too little memory. Then the first requests are slower. The real start reports what is missing.
  }
}
