import { inject } from '../faults/inject.js';
import type { Scenario } from '../scenario.js';
import { Trial } from '../trial.js';

/** Requests that one worker may have in hand: a batch, as there are no columns here. */
const inHand = 256;

/** Workers that stand still for longer than they may: replaced, and what they had in hand fails; everybody else is answered. */
export const hungWorkers: Scenario = {
  name: 'hung-workers',
  does: 'workers stand still for longer than workerHangMs, and come back when they have been replaced',
  unit: 'requests',
  amount: 1_000_000,
  async run(context) {
    const requests = context.amount ?? this.amount;
    const trial = await Trial.start(context, { scorer: { workerHangMs: 500 }, board: { hangMs: 3_000 } });
    trial.mix.usual = 'held';
    await trial.load(trial.upTo(requests), () => inject(trial, { kinds: ['hang'], every: requests / 4 }));
    const fired = trial.board.fired('hang');
    const lost = trial.ledger.count('ERR_WORKER_LOST');
    if (fired === 0) trial.problems.push('no worker stood still');
    if (lost > fired * inHand) trial.problems.push(`${lost} requests were lost with ${fired} workers`);
    await trial.whole();
    return trial.finish({ faults: fired });
  },
};
