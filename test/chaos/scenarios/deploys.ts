import { projectPath } from '../../support/paths.js';
import { Control } from '../control/control.js';
import { runOperations } from '../control/lanes.js';
import { deadlyFaults } from '../faults/fault-board.js';
import { HangingVersions } from '../faults/hanging-versions.js';
import { type Harm, type Refused, refusals, VersionDirectories } from '../faults/version-directories.js';
import { VersionLoad } from '../load/version-load.js';
import { KnownVersions } from '../oracle/known-versions.js';
import { LiveVersions } from '../oracle/live-versions.js';
import { WorkerThreads } from '../oracle/worker-threads.js';
import type { Findings, Scenario, ScenarioContext } from '../scenario.js';
import { Trial } from '../trial.js';

/** What each version does to its workers. */
const versions: Readonly<Record<string, Harm | null>> = {
  ...{ one: null, two: null, three: null, four: null, five: null, six: null, seven: null },
  ...{ killing: 'kills', hanging: 'hangs' },
};
const [first = 'one'] = Object.keys(versions);

const salt = 'chaos';
const threshold = 0.8;

/** Requests between one operation of a lane and the next, and between one worker's end and the next, about. */
const every = { operation: 600, fault: 15_000 } as const;

/** Versions come and go at random, while workers die and everybody is answered by the version that had to answer. */
export const deploys: Scenario = {
  name: 'deploys',
  does: 'versions are deployed, promoted, rolled back and retired at random, some broken or deadly, while workers die',
  unit: 'requests',
  amount: 5_000_000,
  async run(context) {
    const threads = new WorkerThreads();
    await using directories = await VersionDirectories.make(context.rows.model.directory);
    const broken = new Map<Refused, string>();
    for (const what of Object.keys(refusals) as Refused[]) broken.set(what, await directories.broken(what, what));
    const known = await KnownVersions.make(context.rows, directories, versions);
    try {
      return await runWith(context, { known, broken, threads });
    } finally {
      threads.stop();
    }
  },
};

interface Given {
  known: KnownVersions;
  broken: ReadonlyMap<Refused, string>;
  threads: WorkerThreads;
}

async function runWith(context: ScenarioContext, { known, broken, threads }: Given): Promise<Findings> {
  const threadsBefore = threads.living;
  const hanging = new HangingVersions(4_000);
  const trial = await Trial.start(context, {
    scorer: {
      model: known.directoryOf(first),
      workerFile: projectPath('test/fixtures/workers/versioned-worker.mjs'),
      policy: { blockProbability: threshold },
      routingSalt: salt,
      workerHangMs: 2_000,
      timeoutMs: 8_000,
      keepPreviousMs: trialKeepMs(context),
      // A challenger whose worker has just died may have to keep as many as are on their way at all, and has its share of this.
      maxQueueSize: 40_000,
    },
  });
  const { scorer, ledger, random, problems } = trial;
  const live = new LiveVersions(scorer, threshold);
  const control = new Control({ scorer, random, known, live, broken, hanging, settled: ledger.settled });
  const load = new VersionLoad({ scorer, ledger, known, live, random, salt });
  const requests = context.amount ?? deploys.amount;
  const beside = (): Promise<unknown> => Promise.all([runOperations(control, every.operation), endWorkers(trial)]);
  await trial.load(trial.upTo(requests), async () => void (await beside()), {
    send: async () => void (await load.send()),
  });
  hanging.calm();
  const settledIn = await settle(live, threads, context.workers + threadsBefore);
  if (settledIn === null) problems.push(`${threads.living} threads, and ${live.all.length} versions are live`);
  const { abandoned } = await scorer.close();
  if (abandoned > 0) problems.push(`close abandoned ${abandoned}`);
  if (threads.living > threadsBefore) problems.push(`${threads.living - threadsBefore} threads outlive close`);
  problems.push(...control.problems, ...live.problems, ...load.wrong);
  trial.missed.push(...control.missed);
  const findings = await trial.finish({
    ...control.counts,
    events: live.events,
    looks: live.looks,
    hung: hanging.fired,
    kills: trial.board.killed,
    'by challengers': load.byChallengers,
    ...load.calls,
  });
  if (findings.problems.length > 0) {
    findings.problems.push(`seed ${context.seed}; the last operations: ${control.last.join('; ')}`);
  }
  return findings;
}

/** Some runs keep the primary before for a short time only. */
function trialKeepMs({ seed }: ScenarioContext): number {
  return [600_000, 0, 500][seed % 3] ?? 0;
}

/** Ends workers, one after the other, each once all that are known to have ended are there again. */
async function endWorkers({ scorer, board, random, ledger: { settled } }: Trial): Promise<void> {
  let noticed = 0;
  scorer.on('workerLost', () => {
    noticed += 1;
  });
  while (!settled.isOver) {
    await settled.after(Math.ceil(every.fault * random.between(0.5, 1.5)));
    while (!settled.isOver && !isWhole(scorer)) await settled.after(256);
    if (settled.isOver) return;
    const kind = deadlyFaults[random.index(2)] ?? 'exit';
    const before = noticed;
    board.add(kind);
    // A shadow's workers are its own affair, and nobody hears of them.
    for (let looks = 0; looks < 100 && noticed === before && !settled.isOver; looks += 1) await settled.after(256);
  }
}

function isWhole(scorer: Trial['scorer']): boolean {
  return scorer.deployments().every(({ role, workers }) => role === 'retired' || workers.ready === workers.configured);
}

/** @returns how long it took until the threads were no more than they may be, in ms; null where they never were. */
async function settle(live: LiveVersions, threads: WorkerThreads, workers: number): Promise<number | null> {
  const start = performance.now();
  while (performance.now() - start < 45_000) {
    live.look();
    if (threads.living <= workers + live.all.length) return performance.now() - start;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return null;
}
