import { inject } from '../faults/inject.js';
import type { Shares } from '../load/mix.js';
import type { Scenario } from '../scenario.js';
import { Trial } from '../trial.js';

/** Many requests that are given up while they wait or run, on workers that are slow now and then; the others are answered. */
function storm(name: string, does: string, shares: Shares): Scenario {
  return {
    name,
    does,
    unit: 'requests',
    amount: 1_000_000,
    async run(context) {
      const requests = context.amount ?? this.amount;
      const trial = await Trial.start(context, { shares, board: { slowMs: 20 } });
      await trial.load(trial.upTo(requests), () => inject(trial, { kinds: ['slow'], every: requests / 200 }));
      const [code, share] = shares.impatient
        ? (['ERR_DEADLINE_EXCEEDED', 'impatient'] as const)
        : (['ERR_ABORTED', 'cancelled'] as const);
      if (trial.ledger.count(code) === 0) trial.problems.push(`none of the ${share} requests was given up`);
      return trial.finish();
    },
  };
}

export const deadlineStorm = storm('deadline-storm', 'half of the requests have deadlines of 0.5 to 8 ms', {
  impatient: 0.5,
});
export const cancelStorm = storm('cancel-storm', 'half of the requests are aborted, a hundred at a time', {
  cancelled: 0.5,
});

const maxQueueSize = 2_000;

/** Far more at once than the queue takes: the surplus is refused at once, and what was taken in is answered. */
export const queueFlood: Scenario = {
  name: 'queue-flood',
  does: 'bursts of three times what the queue holds, in one turn of the loop',
  unit: 'requests',
  amount: 1_000_000,
  async run(context) {
    const trial = await Trial.start(context, { scorer: { maxQueueSize } });
    trial.mix.usual = 'crowded';
    const more = trial.upTo(context.amount ?? this.amount);
    await trial.load(more, undefined, { outstanding: 1, send: () => flood(trial) });
    const { sent } = trial.ledger;
    const refused = trial.ledger.count('ERR_QUEUE_FULL');
    // Of each burst the queue takes what it holds, as no worker can be given any of it before the turn is over.
    if (refused * 3 !== sent * 2) trial.problems.push(`${refused} of ${sent} were refused, expected two thirds`);
    const { maxDepth } = trial.scorer.summary().queue;
    if (maxDepth !== maxQueueSize) trial.problems.push(`${maxDepth} requests waited, expected ${maxQueueSize}`);
    return trial.finish({ 'deepest queue': maxDepth });
  },
};

async function flood(trial: Trial): Promise<void> {
  await Promise.all(Array.from({ length: 3 * maxQueueSize }, () => trial.mix.send()));
}
