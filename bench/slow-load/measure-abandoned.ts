import { setTimeout } from 'node:timers/promises';
import { FraudScorer } from 'fraud-scorer';
import { WorkerThreads } from '../../test/chaos/oracle/worker-threads.js';

/** The first of them leaves the runtime's own memory behind, which the others use again. */
const rounds = 3;

export interface AbandonedReport {
  /** The error's code of each `deploy`. */
  codes: readonly string[];
  /** Threads that are left beside those of the version that serves. */
  threadsLeft: number;
  /** Of resident memory from after the first abandoned load to after the last, in MiB for each. */
  growthMb: number;
}

/** Gives up loads of a model that takes too long, and waits until each has left the runtime. */
export async function measureAbandoned(
  serving: string,
  slow: string,
  startTimeoutMs: number,
): Promise<AbandonedReport> {
  const threads = new WorkerThreads();
  await using scorer = await FraudScorer.create({ model: serving, workers: 1, startTimeoutMs });
  const before = threads.living;
  const [codes, memory]: [string[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const code = await scorer.deploy(slow).then(
      () => 'none',
      ({ code }) => String(code),
    );
    codes.push(code);
    while (code !== 'none' && threads.living > before) await setTimeout(50);
    memory.push(process.memoryUsage().rss / 2 ** 20);
  }
  const [first = Number.NaN] = memory;
  const growthMb = ((memory.at(-1) ?? Number.NaN) - first) / (rounds - 1);
  threads.stop();
  return { codes, threadsLeft: threads.living - before, growthMb };
}
