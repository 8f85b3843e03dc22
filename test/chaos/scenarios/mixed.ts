import { FraudScorer } from '../../../src/index.js';
import { projectPath } from '../../support/paths.js';
import { deadlyFaults, faultKinds } from '../faults/fault-board.js';
import { inject } from '../faults/inject.js';
import { alternatingSlices } from '../load/alternating-slices.js';
import { Flatness } from '../load/flatness.js';
import type { Scenario, ScenarioContext } from '../scenario.js';
import { Trial } from '../trial.js';
import { sendPoison } from './poison-rows.js';

const mixedTrial = {
  shares: { impatient: 0.02, cancelled: 0.02 },
  board: { hangMs: 1_000 },
  scorer: { resourceLimits: { maxOldGenerationSizeMb: 96 } },
};

/** Requests between one fault and the next, about. */
const every = 20_000;

/** Every kind of fault and of poison side by side. */
async function allFaults(trial: Trial): Promise<void> {
  await Promise.all([
    // Those that end a worker have to wait for it to be replaced; the others do not. A row that kills ends many, so there are few.
    inject(trial, { kinds: [...deadlyFaults, ...deadlyFaults, ...deadlyFaults, 'killing'], every }),
    inject(trial, { kinds: ['hang', 'slow', 'short', 'failure'], every }),
    sendPoison(trial, 'nan', every / 4),
    sendPoison(trial, 'failing', every * 2),
  ]);
}

/** Everything at once; and afterwards the scorer is as fast as before. */
export const mixed: Scenario = {
  name: 'mixed',
  does: 'every fault and every storm at once, and the throughput before and after beside that of an undisturbed scorer',
  unit: 'requests',
  amount: 1_000_000,
  async run(context) {
    const requests = context.amount ?? this.amount;
    const undisturbed = await undisturbedScorer(context);
    const trial = await Trial.start(context, mixedTrial);
    const measure = {
      scorer: trial.scorer,
      ledger: trial.ledger,
      undisturbed,
      rows: trial.rows,
      slices: 7,
      sliceMs: 500,
    };
    const before = await alternatingSlices(measure);
    await trial.load(trial.upTo(requests), () => allFaults(trial));
    await trial.whole();
    const after = await alternatingSlices(measure);
    await undisturbed.close();
    if (after < 0.9 * before) {
      trial.missed.push(`throughput afterwards is ${((100 * after) / before).toFixed(0)}% of before`);
    }
    return trial.finish({ ...faultsOf(trial), 'throughput after / before': after / before });
  },
};

/** The same for as long as one likes; what leaks shows. */
export const soak: Scenario = {
  name: 'soak',
  does: 'every fault and every storm for --minutes (1), memory and handles flat',
  unit: 'requests',
  amount: 0,
  onRequest: true,
  async run(context) {
    const durationMs = (context.minutes ?? 1) * 60_000;
    const trial = await Trial.start(context, mixedTrial);
    const [start, flatness] = [performance.now(), new Flatness()];
    const elapsed = (): number => performance.now() - start;
    const more = (): boolean => {
      if (trial.ledger.sent % 100_000 === 0) context.onProgress(Math.round(elapsed()), durationMs);
      return elapsed() < durationMs;
    };
    await trial.load(more, () => allFaults(trial));
    const { memoryMb, handles } = flatness.stop();
    // The runtime keeps some memory for each session it ever made, and every replaced worker makes one.
    const allowedMb = memoryMb[0] * 1.1 + 2 * trial.board.killed;
    if (memoryMb[1] > allowedMb) trial.missed.push(`memory grew from ${memoryMb[0]} to ${memoryMb[1]} MiB`);
    if (handles[1] > handles[0]) trial.missed.push(`handles grew from ${handles[0]} to ${handles[1]}`);
    return trial.finish({
      ...faultsOf(trial),
      'memory MiB': memoryMb.map(Math.round).join(' → '),
      handles: handles.join(' → '),
    });
  },
};

function undisturbedScorer({ rows, workers }: ScenarioContext): Promise<FraudScorer> {
  // The sources, which run here, have no worker beside them.
  const workerFile = projectPath('dist/worker.js');
  return FraudScorer.create({
    model: rows.model.directory,
    providers: ['cpu'],
    workers,
    workerFile,
    timeoutMs: 60_000,
  });
}

function faultsOf({ board }: Trial): Record<string, number> {
  const fired = Object.fromEntries(faultKinds.map((kind) => [kind, board.fired(kind)]));
  return { ...fired, 'killed by a row': board.killedByRow };
}
