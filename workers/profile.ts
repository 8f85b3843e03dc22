import type { InferenceSession } from 'onnxruntime-node';
import type { ProfiledBatch, ProfileReport, ProfileTask } from '../src/pool/tool-protocol.js';
import { readChecked } from './checked-file.js';
import { FeatureBuffers } from './feature-buffers.js';
import { MemoryWatch } from './memory-watch.js';
import { ModelSession } from './model-session.js';
import { NoProviderError, openSession } from './providers.js';
import { Rendezvous } from './rendezvous.js';
import { isDeviceFailure, isOutOfMemory, sessionFailure } from './session-failure.js';

/** Runs before the timed ones, at each batch size. */
const warmUpRuns = 5;

/** Threads that are to get in one another's way have to run at the same time for a while, whatever is left over of a core's time slice. */
const leastTogetherMs = 20;

type Timing = Pick<ProfiledBatch, 'durationsMs' | 'rowsPerSecond'>;

/**
 * Measures one provider at batch sizes that grow, until they are done or the memory is; while as many other sessions as the task says do
 * the same.
 *
 * @throws {Error} where the model can't be run.
 */
export async function profile(task: ProfileTask): Promise<ProfileReport> {
  const rendezvous = new Rendezvous(task.rendezvous);
  let isDone = false;
  try {
    const report = await profileUntil(task, rendezvous);
    isDone = report.measured.length === task.batchSizes.length;
    return report;
  } finally {
    if (!isDone) rendezvous.abandon();
  }
}

async function profileUntil(task: ProfileTask, rendezvous: Rendezvous): Promise<ProfileReport> {
  const report: ProfileReport = { unavailable: null, measured: [], outOfMemoryAt: null };
  const memory = task.watchesMemory ? await MemoryWatch.begin(task.provider, task.device) : null;
  if (!rendezvous.meet(0)) return report;
  let model: ModelSession;
  try {
    const bytes = await readChecked(task.model);
    const tryOut = (session: InferenceSession): Promise<ModelSession> => ModelSession.warmedUp(session, task.spec, 1);
    ({ result: model } = await openSession(bytes, [task.provider], task.device, tryOut));
  } catch (error) {
    // The CPU provider is always there: where it fails the model is at fault.
    if (!(error instanceof NoProviderError) || task.provider === 'cpu') throw error;
    return { ...report, unavailable: error.trials[0]?.reason ?? 'unknown' };
  }
  for (const [index, batchSize] of task.batchSizes.entries()) {
    try {
      const timing = await measure(model, task, batchSize, rendezvous, index + 1);
      if (timing === null) break;
      report.measured.push({ batchSize, ...timing, memory: (await memory?.look()) ?? null });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (isOutOfMemory(error.message)) return { ...report, outOfMemoryAt: batchSize };
      if (task.provider === 'cpu' || !isDeviceFailure(error.message)) throw error;
      // Nothing runs on it any more: what it measured until then is no reason to use it.
      return { ...report, measured: [], unavailable: sessionFailure(error) };
    }
  }
  return report;
}

/** @returns null where another session has given up. */
async function measure(
  model: ModelSession,
  { spec, rows, runs, rendezvous: { parties } }: ProfileTask,
  batchSize: number,
  rendezvous: Rendezvous,
  meeting: number,
): Promise<Timing | null> {
  const rowSize = spec.inputs.reduce((sum, { size }) => sum + size, 0);
  const buffers = new FeatureBuffers(spec.inputs, batchSize);
  const places = Int32Array.from({ length: batchSize }, (_, row) => row % (rows.length / rowSize));
  const run = async (): Promise<number> => {
    const start = performance.now();
    buffers.gather(rows, places);
    await model.infer(buffers.inputs, batchSize);
    return performance.now() - start;
  };
  for (let count = 0; count < warmUpRuns; count += 1) await run();
  if (!rendezvous.meet(meeting)) return null;
  const start = performance.now();
  const durationsMs: number[] = [];
  const leastMs = parties === 1 ? 0 : leastTogetherMs;
  while (durationsMs.length < runs || performance.now() - start < leastMs) durationsMs.push(await run());
  rendezvous.finish(meeting);
  if (parties === 1) {
    const sumMs = durationsMs.reduce((sum, ms) => sum + ms, 0);
    return { durationsMs, rowsPerSecond: (batchSize * durationsMs.length * 1000) / sumMs };
  }
  // Those that are not through yet are to have company until the end.
  let further = 0;
  for (; !rendezvous.isOver(meeting); further += 1) await run();
  const rowsDone = batchSize * (durationsMs.length + further);
  return { durationsMs, rowsPerSecond: (rowsDone * 1000) / (performance.now() - start) };
}
