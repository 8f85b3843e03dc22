import type { Provider } from '../api/provider.js';
import type { ModelIdentity } from '../api/result.js';
import { OutOfResourcesError } from '../errors.js';
import { operatorsForCpu } from '../models/cpu-operators.js';
import { fileOf, type ModelDirectory, openModelDirectory } from '../models/model-directory.js';
import { requirePath } from '../models/model-location.js';
import { specOf } from '../models/model-spec.js';
import { isPathOrUrl, isProvider } from '../options.js';
import { missingKernels } from '../protocol/missing-kernels.js';
import { isAbortSignal } from '../requests/score-options.js';
import { FieldReader } from '../validation/field-reader.js';
import { type ProfiledRuns, type ProfileWorkers, profileSessions } from './profile-sessions.js';
import { generatedRows } from './verification-rows.js';

/** Options of `profileModel`. */
export interface ProfileModelOptions {
  /** Batch sizes in rows, as integers of at least 1. @default [1, 2, 4, 8, 16, 32, 64, 128, 256] */
  batchSizes?: readonly number[] | undefined;
  /** The providers to profile, if they work here. @default ['cuda', 'cpu'] */
  providers?: readonly Provider[] | undefined;
  /**
   * Numbers of sessions that run at the same time, each in its own thread; integers from 1 to 64. @default [1, 2, 4] on a GPU, [1] on the
   * CPU
   */
  sessions?: readonly number[] | undefined;
  /** Timed runs of each session at each batch size; 1 to 100,000. Several sessions run for at least 50 ms. @default 50 */
  runs?: number | undefined;
  /** The CUDA device id. @default 0 */
  device?: number | undefined;
  /** The entry of the tools' worker, for hosts that are bundled. See the option of `create`. @default the file in this package */
  toolWorkerFile?: string | URL | undefined;
  /** When it is aborted, the measurement ends and rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** The result of one provider, number of sessions and batch size. */
export interface ProfileEntry {
  provider: Provider;
  /** How many sessions ran at the same time. */
  sessions: number;
  batchSize: number;
  /** Latency of one run, copies included, in ms. */
  latencyMs: { mean: number; p50: number; p99: number };
  /** For one session: batchSize / mean latency. For several: all rows divided by the elapsed time. */
  rowsPerSecond: number;
  /**
   * How much the used memory has grown since before the sessions were loaded, in GiB. On a GPU it is the device's memory, from nvidia-smi,
   * over all processes. Otherwise, or if that is not known, it is the process's resident memory. null if neither is known.
   */
  memoryGb: number | null;
  /** The total memory of the device or machine, in GiB. */
  memoryTotalGb: number;
}

/** The result of `profileModel`. */
export interface ModelProfile {
  model: ModelIdentity;
  /** Sorted by provider, then by sessions, then by batch size. */
  entries: ProfileEntry[];
  /** Providers that do not work here, from this number of sessions on, and why. */
  unavailable: { provider: Provider; sessions: number; reason: string }[];
  /** Where a provider ran out of memory. This batch size and larger ones were not measured. */
  outOfMemory: { provider: Provider; sessions: number; batchSize: number }[];
  /** Remarks on the measurement, for example that the CPU ran a model for which a GPU has no kernels. */
  notes?: string[];
}

/**
 * Measures a model at several batch sizes and providers, with one or several sessions at the same time. If memory runs out, larger batch
 * sizes are skipped, and the results so far are kept.
 *
 * A GPU provider that fails on the model is reported as unavailable. The same holds for more sessions than the system has threads for.
 *
 * @param directory a path or a file URL.
 * @throws {InvalidOptionsError} if an option is not valid.
 * @throws {ModelInvalidError | ModelIntegrityError} if the model directory is not valid, or the CPU cannot run the model.
 * @throws {ProviderUnavailableError} if the ONNX runtime or the tools' worker cannot be loaded.
 * @throws {OutOfResourcesError} if there is no thread or memory for the first sessions.
 * @throws {WorkerLostError} if a thread dies or hangs.
 */
export async function profileModel(directory: string | URL, options: ProfileModelOptions = {}): Promise<ModelProfile> {
  const resolved = resolveOptions(options);
  return profileResolved(await openModelDirectory(requirePath(directory, 'directory')), resolved);
}

/** The same for an open model directory. @throws what `profileModel` throws. */
export function profileOpened(opened: ModelDirectory, options: ProfileModelOptions): Promise<ModelProfile> {
  return profileResolved(opened, resolveOptions(options));
}

interface ResolvedProfileOptions extends ProfileWorkers {
  batchSizes: readonly number[];
  providers: readonly Provider[];
  sessions: readonly number[] | undefined;
  runs: number;
  device: number;
}

function resolveOptions(options: ProfileModelOptions): ResolvedProfileOptions {
  const reader = new FieldReader(options);
  const batchSizes = reader.list('batchSizes', 'integers from 1 to 1048576', isBatchSize) ?? [
    1, 2, 4, 8, 16, 32, 64, 128, 256,
  ];
  const providers = reader.list('providers', "'cuda', 'tensorrt' or 'cpu'", isProvider) ?? ['cuda', 'cpu'];
  const sessions = reader.list('sessions', 'integers from 1 to 64', isSessionCount);
  const runs = reader.number('runs', 50, { min: 1, max: 100_000, integer: true });
  const device = reader.number('device', 0, { min: 0, integer: true });
  const toolWorkerFile = reader.value('toolWorkerFile', 'a path or a URL', isPathOrUrl);
  const signal = reader.value('signal', 'an AbortSignal', isAbortSignal);
  reader.rejectUnknown().throwIfInvalid();
  return { batchSizes, providers, sessions, runs, device, toolWorkerFile, signal };
}

async function profileResolved(
  opened: ModelDirectory,
  { batchSizes, providers, sessions, runs, device, ...workers }: ResolvedProfileOptions,
): Promise<ModelProfile> {
  const { name, version, inputs } = opened.manifest;
  const notes: string[] = [];
  const profile: ModelProfile = { model: { name, version }, entries: [], unavailable: [], outOfMemory: [], notes };
  const cpuOperators = await operatorsForCpu(opened.bytes);
  const order = {
    spec: specOf(opened.manifest),
    model: fileOf(opened),
    device,
    rows: generatedRows(inputs, 256),
    batchSizes: ascending(batchSizes),
    runs,
  };
  for (const provider of providers) {
    const pointless = missingKernels(provider, cpuOperators);
    if (pointless !== null) {
      // A scorer that may use the CPU does not try this provider either.
      if (providers.includes('cpu')) {
        profile.unavailable.push({ provider, sessions: 1, reason: pointless });
        continue;
      }
      notes.push(`${provider}: ${pointless}`);
    }
    for (const count of ascending(sessions ?? defaultSessions(provider))) {
      const isFirst = !profile.entries.some((entry) => entry.provider === provider);
      const report = await profileSessions(count, { ...order, provider }, workers).catch((error: unknown) => {
        // Results of fewer sessions are enough to go on.
        if (isFirst || !(error instanceof OutOfResourcesError)) throw error;
        return { ...nothingFound, unavailable: error.message };
      });
      const { unavailable, isDeviceLost, measured, outOfMemoryAt } = report;
      for (const profiled of measured) profile.entries.push(entryOf(provider, count, profiled));
      if (outOfMemoryAt !== null) profile.outOfMemory.push({ provider, sessions: count, batchSize: outOfMemoryAt });
      if (unavailable === null) continue;
      profile.unavailable.push({ provider, sessions: count, reason: unavailable });
      // The results until then are no reason to use it.
      if (isDeviceLost) profile.entries = profile.entries.filter((entry) => entry.provider !== provider);
      break;
    }
  }
  return profile;
}

const nothingFound = { isDeviceLost: false, measured: [], outOfMemoryAt: null };

/** On the CPU there is one session per core, even if they slow each other down. */
function defaultSessions(provider: Provider): readonly number[] {
  return provider === 'cpu' ? [1] : [1, 2, 4];
}

function entryOf(
  provider: Provider,
  sessions: number,
  { batchSize, durationsMs, rowsPerSecond, memoryGb, memoryTotalGb }: ProfiledRuns,
): ProfileEntry {
  const count = durationsMs.length;
  const mean = durationsMs.reduce((sum, ms) => sum + ms, 0) / count;
  const quantile = (share: number): number => durationsMs[Math.min(count - 1, Math.floor(share * count))] ?? Number.NaN;
  return {
    provider,
    sessions,
    batchSize,
    latencyMs: { mean, p50: quantile(0.5), p99: quantile(0.99) },
    rowsPerSecond,
    memoryGb,
    memoryTotalGb,
  };
}

function ascending(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

function isSessionCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= 64;
}

function isBatchSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= 1_048_576;
}
