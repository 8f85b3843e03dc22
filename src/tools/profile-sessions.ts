import { requireRoomForThreads } from '../pool/thread-room.js';
import {
  abandonRendezvous,
  type MemoryUse,
  type ProfileReport,
  type ProfileTask,
  profileMeetings,
  rendezvousWords,
} from '../protocol/tools.js';
import { ToolWorker, type ToolWorkerOptions, toolGuard } from './tool-worker.js';

/** What is measured, but for what each session is told of the others. */
export type ProfileOrder = Omit<ProfileTask, 'kind' | 'rendezvous' | 'watchesMemory'>;

/** How the workers that measure are started and ended. */
export type ProfileWorkers = Pick<ToolWorkerOptions, 'toolWorkerFile' | 'signal'>;

/** Sessions that ran at the same time, at one batch size. */
export interface ProfiledRuns extends MemoryUse {
  batchSize: number;
  /** Of all the sessions' runs, ascending. */
  durationsMs: number[];
  /** Of one session, by its runs; of several, what they did together by the clock. */
  rowsPerSecond: number;
}

/** What they found together. */
export interface SessionsReport extends Omit<ProfileReport, 'measured'> {
  /** At the batch sizes that all of them came to. */
  measured: ProfiledRuns[];
}

/**
 * Measures a provider with so many sessions that run at the same time, each on a thread of its own.
 *
 * @throws {ModelInvalidError} where the model can't be run.
 * @throws {OutOfResourcesError} where the system gives no thread, or something else runs out.
 * @throws {WorkerLostError} where a thread dies, or hangs.
 */
export async function profileSessions(
  sessions: number,
  order: ProfileOrder,
  options: ProfileWorkers = {},
): Promise<SessionsReport> {
  requireRoomForThreads(sessions);
  const size = rendezvousWords.count(profileMeetings.count(order.batchSizes.length)) * Int32Array.BYTES_PER_ELEMENT;
  const words = new Int32Array(new SharedArrayBuffer(size));
  // One for all, as they begin and end together.
  const guard = toolGuard(sessions);
  const workers: ToolWorker[] = [];
  try {
    while (workers.length < sessions) workers.push(new ToolWorker({ ...options, guard }));
    const runs = workers.map((worker, index) => {
      const rendezvous = { words, parties: sessions };
      return worker
        .run({ ...order, kind: 'profile', rendezvous, watchesMemory: index === 0 })
        .catch((error: unknown) => {
          // Where its thread died it could not say so itself.
          abandonRendezvous(words);
          throw error;
        });
    });
    // A thread that waits for others must have come back before it is ended.
    await Promise.allSettled(runs);
    return mergedReports(await Promise.all(runs));
  } finally {
    // A thread that can't be ended yet still needs the guard.
    void Promise.all(workers.map(({ ended }) => ended)).then(() => guard.dispose());
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

/** @param reports of all the sessions, that of the one that watched the memory first. */
export function mergedReports(reports: readonly ProfileReport[]): SessionsReport {
  const failed =
    reports.find(({ isDeviceLost }) => isDeviceLost) ?? reports.find(({ unavailable }) => unavailable !== null);
  const outOfMemory = reports.flatMap(({ outOfMemoryAt }) => (outOfMemoryAt === null ? [] : [outOfMemoryAt]));
  const report: SessionsReport = {
    unavailable: failed?.unavailable ?? null,
    isDeviceLost: failed?.isDeviceLost ?? false,
    measured: [],
    outOfMemoryAt: outOfMemory.length === 0 ? null : Math.min(...outOfMemory),
  };
  if (failed !== undefined) return report;
  const together = Math.min(...reports.map(({ measured }) => measured.length));
  for (const [index, { batchSize, memory }] of (reports[0]?.measured ?? []).entries()) {
    if (index >= together || memory === null) break;
    const each = reports.flatMap(({ measured }) => measured[index] ?? []);
    const durationsMs = each.flatMap((session) => session.durationsMs).sort((a, b) => a - b);
    const runs = each.reduce((sum, session) => sum + session.runs, 0);
    const elapsedMs =
      each.length === 1
        ? durationsMs.reduce((sum, ms) => sum + ms, 0)
        : Math.max(...each.map(({ endMs }) => endMs)) - Math.min(...each.map(({ startMs }) => startMs));
    report.measured.push({ batchSize, durationsMs, rowsPerSecond: (batchSize * runs * 1000) / elapsedMs, ...memory });
  }
  return report;
}
