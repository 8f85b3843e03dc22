import type { MemoryUse, ProfileReport, ProfileTask } from '../pool/tool-protocol.js';
import { abandonRendezvous, rendezvousWords } from '../pool/tool-protocol.js';
import { ToolWorker } from './tool-worker.js';

/** What is measured, but for what each session is told of the others. */
export type ProfileOrder = Omit<ProfileTask, 'kind' | 'rendezvous' | 'watchesMemory'>;

/** Sessions that ran at the same time, at one batch size. */
export interface ProfiledRuns extends MemoryUse {
  batchSize: number;
  /** Of all the sessions' runs, ascending. */
  durationsMs: number[];
  /** Of all the sessions. */
  rowsPerSecond: number;
}

export interface SessionsReport extends Omit<ProfileReport, 'measured'> {
  measured: ProfiledRuns[];
}

/**
 * Measures a provider with so many sessions that run at the same time, each on a thread of its own.
 *
 * @throws {ModelInvalidError} where the model can't be run.
 * @throws {WorkerLostError} where the system gives no thread, or one dies.
 */
export async function profileSessions(sessions: number, order: ProfileOrder): Promise<SessionsReport> {
  const meetings = 1 + order.batchSizes.length;
  const size = rendezvousWords.count(meetings) * Int32Array.BYTES_PER_ELEMENT;
  const words = new Int32Array(new SharedArrayBuffer(size));
  const workers: ToolWorker[] = [];
  try {
    while (workers.length < sessions) workers.push(new ToolWorker());
    const runs = workers.map((worker, index) => {
      const rendezvous = { words, parties: sessions };
      return worker
        .run({ ...order, kind: 'profile', rendezvous, watchesMemory: index === 0 })
        .catch((error: unknown) => {
          abandonRendezvous(words);
          throw error;
        });
    });
    // A thread that waits for others must have come back before it is ended.
    await Promise.allSettled(runs);
    return merged(await Promise.all(runs));
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
}

function merged(reports: readonly ProfileReport[]): SessionsReport {
  const unavailable = reports.find((report) => report.unavailable !== null)?.unavailable ?? null;
  const outOfMemoryAt = reports.find((report) => report.outOfMemoryAt !== null)?.outOfMemoryAt ?? null;
  const report: SessionsReport = { unavailable, measured: [], outOfMemoryAt };
  if (unavailable !== null) return report;
  const together = Math.min(...reports.map(({ measured }) => measured.length));
  for (const [index, { batchSize, memory }] of (reports[0]?.measured ?? []).entries()) {
    if (index >= together || memory === null) break;
    const each = reports.flatMap(({ measured }) => measured[index] ?? []);
    const durationsMs = each.flatMap((session) => session.durationsMs).sort((a, b) => a - b);
    const rowsPerSecond = each.reduce((sum, session) => sum + session.rowsPerSecond, 0);
    report.measured.push({ batchSize, durationsMs, rowsPerSecond, ...memory });
  }
  return report;
}
