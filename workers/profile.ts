import { totalmem } from 'node:os';
import type { InferenceSession } from 'onnxruntime-node';
import type { ProfiledBatch, ProfileReport, ProfileTask } from '../src/pool/tool-protocol.js';
import { readChecked } from './checked-file.js';
import { FeatureBuffers } from './feature-buffers.js';
import { ModelSession } from './model-session.js';
import { deviceMemoryGb } from './nvidia-smi.js';
import { NoProviderError, openSession } from './providers.js';
import { isDeviceFailure, sessionFailure } from './session-failure.js';

const bytesPerGb = 1024 ** 3;

/** Runs before the timed ones, at each batch size. */
const warmUpRuns = 5;

/** How the runtime, its providers and the JavaScript engine say that there is no more memory. */
const outOfMemory = /out of memory|bad_alloc|failed to allocate|allocation failed|invalid typed array length/i;

type MemoryOfBatch = Pick<ProfiledBatch, 'memoryGb' | 'memoryTotalGb'>;

/** Memory in use before the session was loaded. */
interface MemoryUse {
  gb: number;
  device: { used: number; total: number } | null;
}

/**
 * Measures one provider at batch sizes that grow, until they are done or the memory is.
 *
 * @throws {Error} where the model can't be run.
 */
export async function profile(task: ProfileTask): Promise<ProfileReport> {
  const before: MemoryUse = {
    gb: process.memoryUsage.rss() / bytesPerGb,
    device: task.provider === 'cpu' ? null : await deviceMemoryGb(task.device),
  };
  const report: ProfileReport = { unavailable: null, measured: [], outOfMemoryAt: null };
  let model: ModelSession;
  try {
    const bytes = await readChecked(task.model);
    const tryOut = (session: InferenceSession): Promise<ModelSession> => ModelSession.warmedUp(session, task.spec, 1);
    ({ result: model } = await openSession(bytes, [task.provider], task.device, tryOut));
  } catch (error) {
    if (!(error instanceof NoProviderError) || error.isModelAtFault) throw error;
    return { ...report, unavailable: error.trials[0]?.reason ?? 'unknown' };
  }
  for (const batchSize of task.batchSizes) {
    try {
      report.measured.push(await measure(model, task, batchSize, before));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (outOfMemory.test(error.message)) return { ...report, outOfMemoryAt: batchSize };
      if (task.provider === 'cpu' || !isDeviceFailure(error.message)) throw error;
      // Nothing runs on it any more: what it measured until then is no reason to use it.
      return { ...report, measured: [], unavailable: sessionFailure(error) };
    }
  }
  return report;
}

async function measure(
  model: ModelSession,
  task: ProfileTask,
  batchSize: number,
  before: MemoryUse,
): Promise<ProfiledBatch> {
  const { spec, rows, runs } = task;
  const rowSize = spec.inputs.reduce((sum, { size }) => sum + size, 0);
  const buffers = new FeatureBuffers(spec.inputs, batchSize);
  const places = Int32Array.from({ length: batchSize }, (_, row) => row % (rows.length / rowSize));
  const durations: number[] = [];
  for (let run = -warmUpRuns; run < runs; run += 1) {
    const start = performance.now();
    buffers.gather(rows, places);
    await model.infer(buffers.inputs, batchSize);
    if (run >= 0) durations.push(performance.now() - start);
  }
  durations.sort((a, b) => a - b);
  const quantile = (share: number): number => durations[Math.min(runs - 1, Math.floor(share * runs))] ?? Number.NaN;
  return {
    batchSize,
    latencyMs: { mean: durations.reduce((sum, ms) => sum + ms, 0) / runs, p50: quantile(0.5), p99: quantile(0.99) },
    ...(await memoryOf(task, before)),
  };
}

/** The device's where there is one and its driver's tool tells, all processes counted; else the process's own and the machine's. */
async function memoryOf({ provider, device }: ProfileTask, before: MemoryUse): Promise<MemoryOfBatch> {
  const now = provider === 'cpu' || before.device === null ? null : await deviceMemoryGb(device);
  if (now !== null && before.device !== null) {
    return { memoryGb: Math.max(now.used - before.device.used, 0), memoryTotalGb: now.total };
  }
  const grownGb = process.memoryUsage.rss() / bytesPerGb - before.gb;
  return { memoryGb: Math.max(grownGb, 0), memoryTotalGb: totalmem() / bytesPerGb };
}
