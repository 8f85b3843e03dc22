import type { InferenceSession } from 'onnxruntime-node';
import { isOutOfMemory } from '../../src/host/shortage.js';
import { rowLayoutOf } from '../../src/protocol/row-layout.js';
import { type ProfiledBatch, type ProfileReport, type ProfileTask, profileMeetings } from '../../src/protocol/tools.js';
import { NoProviderError, openSession } from '../providers/providers.js';
import { isDeviceFailure, isDeviceLost, sessionFailure } from '../providers/session-failure.js';
import { newRunBuffers } from '../serving/run-buffers.js';
import type { GuardSlot } from '../thread/guard.js';
import { bytesOf } from '../thread/model-bytes.js';
import { ModelSession } from '../thread/model-session.js';
import { showLife } from '../thread/sign-of-life.js';
import { MemoryWatch } from './memory-watch.js';
import { Rendezvous } from './rendezvous.js';

/** Runs before the timed ones, at each batch size. */
const warmUpRuns = 5;

/** Threads that should disturb each other must run together for longer than they need to start. */
const leastTogetherMs = 50;

/**
 * Measures one provider at increasing batch sizes, until all are done or memory runs out. The other sessions of the task do the same at the
 * same time.
 *
 * @throws {Error} if the model cannot be run.
 */
export async function profile(task: ProfileTask, slot: Pick<GuardSlot, 'isLeaving'>): Promise<ProfileReport> {
  const rendezvous = new Rendezvous(task.rendezvous, () => {
    // The event loop is blocked while this thread waits for the others.
    showLife();
    return slot.isLeaving;
  });
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
  const report: ProfileReport = { unavailable: null, isDeviceLost: false, measured: [], outOfMemoryAt: null };
  const memory = task.watchesMemory ? await MemoryWatch.begin(task.provider, task.device) : null;
  if (!rendezvous.meet(profileMeetings.opening)) return report;
  let model: ModelSession;
  try {
    const bytes = bytesOf(task.model);
    const tryOut = (session: InferenceSession): Promise<ModelSession> => ModelSession.warmedUp(session, task.spec, 1);
    ({ result: model } = await openSession(bytes, [task.provider], task.device, tryOut));
  } catch (error) {
    // The CPU provider is always present. If it fails, the model is the cause.
    if (!(error instanceof NoProviderError) || task.provider === 'cpu') throw error;
    const reason = error.trials[0]?.reason ?? 'unknown';
    // If one more session cannot be opened, the earlier ones are still valid, unless the device is lost.
    return { ...report, unavailable: reason, isDeviceLost: isDeviceLost(reason) };
  }
  for (const [size, batchSize] of task.batchSizes.entries()) {
    try {
      const timing = await measure(model, task, size, rendezvous);
      if (timing === null) break;
      report.measured.push({ batchSize, ...timing, memory: (await memory?.look()) ?? null });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (isOutOfMemory(error.message)) return { ...report, outOfMemoryAt: batchSize };
      if (task.provider === 'cpu' || !isDeviceFailure(error.message)) throw error;
      return { ...report, measured: [], unavailable: sessionFailure(error), isDeviceLost: true };
    }
    // The next size takes its own memory, which must not count for this size.
    if (!rendezvous.meet(profileMeetings.end(size))) break;
  }
  return report;
}

/** @returns null if another session has given up. */
async function measure(
  model: ModelSession,
  { spec, rows, runs, batchSizes, rendezvous: { parties } }: ProfileTask,
  size: number,
  rendezvous: Rendezvous,
): Promise<Omit<ProfiledBatch, 'batchSize' | 'memory'> | null> {
  const batchSize = batchSizes[size] ?? 1;
  const rowSize = rowLayoutOf(spec.inputs).size;
  const buffers = newRunBuffers(spec.inputs, batchSize);
  const places = Int32Array.from({ length: batchSize }, (_, row) => row % (rows.length / rowSize));
  const run = async (): Promise<number> => {
    const start = performance.now();
    buffers.gather(rows, places);
    await model.infer(buffers.inputs, batchSize);
    return performance.now() - start;
  };
  for (let count = 0; count < warmUpRuns; count += 1) {
    if (rendezvous.isOff) return null;
    await run();
  }
  const meeting = profileMeetings.start(size);
  if (!rendezvous.meet(meeting)) return null;
  const startMs = clockMs();
  const leastMs = parties === 1 ? 0 : leastTogetherMs;
  const durationsMs: number[] = [];
  while (durationsMs.length < runs || clockMs() - startMs < leastMs) {
    if (rendezvous.isOff) return null;
    durationsMs.push(await run());
  }
  rendezvous.finish(meeting);
  // Threads that are not finished yet need the load of the others until the end.
  let company = 0;
  for (; !rendezvous.isOver(meeting); company += 1) await run();
  return rendezvous.isOff ? null : { durationsMs, runs: durationsMs.length + company, startMs, endMs: clockMs() };
}

/** The same clock for all threads, unlike `performance.now`. */
function clockMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
