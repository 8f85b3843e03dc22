import { setTimeout } from 'node:timers/promises';
import { FraudScorer } from 'fraud-scorer';
import { LatencyHistogram } from '../../src/monitoring/latency-histogram.js';
import type { DirectScores } from '../../test/chaos/oracle/direct-run.js';
import { openLoop } from '../load/open-loop.js';
import type { Pace } from '../load/pacer.js';
import type { ReferenceRequests } from '../load/reference-requests.js';

const settleMs = 2_000;

/** A load gives way to the requests, and takes several times as long as it would alone. */
const limits = { timeoutMs: 60_000, startTimeoutMs: 600_000 };

export interface LoadedVersion {
  directory: string;
  /** Of each row, by a direct run. */
  scores: readonly DirectScores[];
}

export interface RollbackTask {
  /** By their names; `slow` takes long to load. */
  versions: Readonly<Record<'a' | 'b' | 'slow', LoadedVersion>>;
  requests: ReferenceRequests;
  rows: number;
  ratePerSecond: number;
  /** About how long the load takes. */
  loadMs: number;
  rollbacks: number;
  pace: Pace;
}

export interface RollbackReport {
  /** How long `deploy` of the slow version took. */
  deployMs: number;
  /** How long each rollback took until it resolved. */
  rollbackMs: readonly number[];
  /** How many of them were over while the slow version loaded. */
  whileLoading: number;
  sent: number;
  lost: number;
  wrong: number;
  /** Answered by a version that was not the primary at the call. */
  misrouted: number;
  /** From the intended send time. */
  p99BeforeMs: number;
  p99WhileLoadingMs: number;
}

/** Rolls back again and again, under load, while a version loads. */
export async function measureRollbacks(task: RollbackTask): Promise<RollbackReport> {
  const { versions, requests, rows, ratePerSecond, loadMs, rollbacks, pace } = task;
  await using scorer = await FraudScorer.create({ model: versions.a.directory, workers: 2, ...limits });
  await scorer.deploy(versions.b.directory);
  let primary = 'b';
  scorer.on('deployment', ({ type, version }) => {
    if ((type === 'deployed' || type === 'rolledBack') && version !== null) primary = version;
  });
  let [wrong, misrouted, isLoading] = [0, 0, false];
  const [before, during] = [new LatencyHistogram(), new LatencyHistogram()];
  const stop = new AbortController();
  const load = openLoop({
    ratePerSecond,
    durationMs: Number.POSITIVE_INFINITY,
    pace,
    signal: stop.signal,
    onAnswer: (intended, answered) => (isLoading ? during : before).record(answered - intended),
    send: async (index) => {
      const expected = primary;
      const result = await scorer.score(requests.at(index));
      const version = result.source === 'model' ? result.model.version : 'none';
      if (version !== expected) misrouted += 1;
      const scores = Object.entries(versions).find(([name]) => name === version)?.[1].scores[index % rows];
      if (result.fraudProbability !== scores?.fraudProbability || result.riskScore !== scores?.riskScore) wrong += 1;
    },
  });
  await setTimeout(settleMs);
  const start = performance.now();
  isLoading = true;
  const deployed = scorer.deploy(versions.slow.directory).then(() => {
    isLoading = false;
    return performance.now() - start;
  });
  const rollbackMs: number[] = [];
  let whileLoading = 0;
  for (let count = 0; count < rollbacks; count += 1) {
    // All of them within the time that the load takes at least.
    await setTimeout(loadMs / (rollbacks + 1));
    const called = performance.now();
    await scorer.rollback();
    rollbackMs.push(performance.now() - called);
    if (isLoading) whileLoading += 1;
  }
  const deployMs = await deployed;
  await setTimeout(settleMs);
  stop.abort();
  const { sent, failed } = await load;
  return {
    ...{ deployMs, rollbackMs, whileLoading, sent, lost: failed, wrong, misrouted },
    p99BeforeMs: before.percentile(99) ?? Number.NaN,
    p99WhileLoadingMs: during.percentile(99) ?? Number.NaN,
  };
}
