import { fileOf, openModelDirectory } from '../deployment/model-directory.js';
import { FieldReader } from '../field-reader.js';
import { isProvider } from '../options.js';
import type { ModelIdentity, Provider } from '../types.js';
import { ToolWorker } from './tool-worker.js';
import { generatedRows } from './verification-rows.js';

export interface ProfileModelOptions {
  /** Rows a run; integers from 1. @default [1, 2, 4, 8, 16, 32, 64, 128, 256] */
  batchSizes?: readonly number[] | undefined;
  /** Each is profiled where it works. @default ['cuda', 'cpu'] */
  providers?: readonly Provider[] | undefined;
  /** Timed runs at each batch size; 1 to 100,000. @default 50 */
  runs?: number | undefined;
  /** The CUDA device. @default 0 */
  device?: number | undefined;
}

/** One provider at one batch size. */
export interface ProfileEntry {
  provider: Provider;
  batchSize: number;
  /** Of a run, copies included. */
  latencyMs: { mean: number; p50: number; p99: number };
  /** batchSize / mean latency. */
  rowsPerSecond: number;
  /**
   * What memory in use has grown by since before the session was loaded, in GiB: on a GPU the device's, by nvidia-smi, all processes
   * counted; else, or where that does not tell, the process's resident memory.
   */
  memoryGb: number;
  /** That device's memory, or the machine's, in GiB. */
  memoryTotalGb: number;
}

export interface ModelProfile {
  model: ModelIdentity;
  /** By provider, then by batch size. */
  entries: ProfileEntry[];
  /** Providers that do not work here, and why. */
  unavailable: { provider: Provider; reason: string }[];
  /** Where a provider ran out of memory: neither this batch size nor a larger one was measured. */
  outOfMemory: { provider: Provider; batchSize: number }[];
}

/**
 * Measures a model at batch sizes and providers, each provider in a worker of its own. Where the memory runs out the larger batch
 * sizes are left out, and what was measured is kept.
 *
 * @throws {InvalidOptionsError} where an option is not as documented.
 * @throws {ModelInvalidError | ModelIntegrityError} where the model directory is not as it should be, or can't be run.
 */
export async function profileModel(directory: string, options: ProfileModelOptions = {}): Promise<ModelProfile> {
  const reader = new FieldReader(options);
  const batchSizes = reader.list('batchSizes', 'integers from 1 to 1048576', isBatchSize) ?? [
    1, 2, 4, 8, 16, 32, 64, 128, 256,
  ];
  const providers = reader.list('providers', "'cuda', 'tensorrt' or 'cpu'", isProvider) ?? ['cuda', 'cpu'];
  const runs = reader.number('runs', 50, { min: 1, max: 100_000, integer: true });
  const device = reader.number('device', 0, { min: 0, integer: true });
  reader.rejectUnknown().throwIfInvalid();

  const opened = await openModelDirectory(directory);
  const { name, version, inputs, outputs } = opened.manifest;
  const profile: ModelProfile = { model: { name, version }, entries: [], unavailable: [], outOfMemory: [] };
  for (const provider of providers) {
    const worker = new ToolWorker();
    try {
      const { unavailable, measured, outOfMemoryAt } = await worker.run({
        kind: 'profile',
        spec: { inputs, outputs },
        model: fileOf(opened),
        provider,
        device,
        rows: generatedRows(inputs, 256),
        batchSizes: [...batchSizes].sort((a, b) => a - b),
        runs,
      });
      if (unavailable !== null) profile.unavailable.push({ provider, reason: unavailable });
      if (outOfMemoryAt !== null) profile.outOfMemory.push({ provider, batchSize: outOfMemoryAt });
      for (const entry of measured) {
        profile.entries.push({ provider, ...entry, rowsPerSecond: (entry.batchSize * 1000) / entry.latencyMs.mean });
      }
    } finally {
      await worker.close();
    }
  }
  return profile;
}

function isBatchSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= 1_048_576;
}
