import type { MarkedKind } from '../faults/fault-board.js';
import type { Scenario } from '../scenario.js';
import { Trial } from '../trial.js';

/** A row that does harm each time it is run fails alone; whoever shares its batches is answered. */
function poison(kind: MarkedKind, name: string, does: string, rows: number): Scenario {
  return {
    name,
    does,
    unit: 'requests',
    amount: 1_000_000,
    async run(context) {
      const requests = context.amount ?? this.amount;
      const trial = await Trial.start(context);
      await trial.load(trial.upTo(requests), () => sendPoison(trial, kind, requests / (rows + 1)));
      if (trial.ledger.count(kind === 'killing' ? 'ERR_WORKER_LOST' : 'ERR_INFERENCE') === 0) {
        trial.problems.push('no row did harm');
      }
      return trial.finish({ 'workers ended by a row': trial.board.killedByRow });
    },
  };
}

/** One such row after the other, among the load's own. */
export async function sendPoison(trial: Trial, kind: MarkedKind, every: number): Promise<void> {
  const { ledger, random } = trial;
  while (!ledger.settled.isOver) {
    await ledger.settled.after(Math.ceil(every * random.between(0.5, 1.5)));
    if (ledger.settled.isOver) return;
    await trial.sendMarked(kind);
    await trial.recovered();
  }
}

export const poisonKills = poison('killing', 'poison-kills', 'rows that end every worker that runs them', 2);
export const poisonFails = poison('failing', 'poison-fails', 'rows on whose batch the runtime fails each time', 60);
export const nanOutputs = poison('nan', 'nan-outputs', 'rows whose outputs are NaN', 600);
