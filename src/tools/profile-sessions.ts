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

/** The measurement, without the parts that differ between sessions. */
export type ProfileOrder = Omit<ProfileTask, 'kind' | 'rendezvous' | 'watchesMemory'>;

/** How the measuring workers are started and ended. */
export type ProfileWorkers = Pick<ToolWorkerOptions, 'toolWorkerFile' | 'signal'>;

/** Sessions that ran at the same time, at one batch size. */
export interface ProfiledRuns extends MemoryUse {
  batchSize: number;
  /** Durations of all sessions' runs, ascending. */
  durationsMs: number[];
  /** For one session: from its runs. For several: all rows divided by the elapsed time. */
  rowsPerSecond: number;
}

/** The combined results. */
export interface SessionsReport extends Omit<ProfileReport, 'measured'> {
  /** The results of the batch sizes that all sessions reached. */
  measured: ProfiledRuns[];
}

/**
 * Measures a provider with several sessions that run at the same time, each in its own thread.
 *
 * @throws {ModelInvalidError} if the model cannot be run.
 * @throws {OutOfResourcesError} if the system has no thread, or another resource runs out.
 * @throws {WorkerLostError} if a thread dies or hangs.
 */
export async function profileSessions(
  sessions: number,
  order: ProfileOrder,
  options: ProfileWorkers = {},
): Promise<SessionsReport> {
  requireRoomForThreads(sessions);
  const size = rendezvousWords.count(profileMeetings.count(order.batchSizes.length)) * Int32Array.BYTES_PER_ELEMENT;
  const words = new Int32Array(new SharedArrayBuffer(size));
  // One guard for all, because they begin and end together.
  const guard = toolGuard(sessions);
  const workers: ToolWorker[] = [];
  try {
    while (workers.length < sessions) workers.push(new ToolWorker({ ...options, guard }));
    const runs = workers.map((worker, index) => {
      const rendezvous = { words, parties: sessions };
      return worker
        .run({ ...order, kind: 'profile', rendezvous, watchesMemory: index === 0 })
        .catch((error: unknown) => {
          // If its thread died, it could not release the others itself.
          abandonRendezvous(words);
          throw error;
        });
    });
    // A thread that waits for others must have come back before it is ended.
    await Promise.allSettled(runs);
    return mergedReports(await Promise.all(runs));
  } finally {
    // A thread that cannot be ended yet still needs the guard.
    void Promise.all(workers.map(({ ended }) => ended)).then(() => guard.dispose());
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

/** @param reports the reports of all sessions. The session that measured the memory comes first. */
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
