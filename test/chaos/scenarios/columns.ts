import { inject } from '../faults/inject.js';
import { KnownColumns } from '../oracle/known-columns.js';
import type { Scenario } from '../scenario.js';
import { Trial } from '../trial.js';

/** Single requests between one call of `scoreColumns` and the next, about. */
const requestsPerCall = 500;

/** Calls of which workers have a chunk in hand, at most: two a worker. */
const inHand = 4;

/** Bulk work while workers die and the runtime fails: each row of each call has its own answer all the same. */
export const columns: Scenario = {
  name: 'columns',
  does: 'calls of scoreColumns among single requests, while workers die and the runtime fails',
  unit: 'requests',
  amount: 1_000_000,
  async run(context) {
    const requests = context.amount ?? this.amount;
    const trial = await Trial.start(context);
    const { scorer, ledger, random, board, mix } = trial;
    const known = new KnownColumns(context.rows);
    let [calls, rows] = [0, 0];
    const open = new Set<Promise<void>>();
    const sendColumns = (): Promise<void> => {
      const part = known.draw(random);
      calls += 1;
      rows += part.rows;
      const call = scorer.scoreColumns(part.columns, part.rows);
      const settled = ledger.trackAnswer('plain', call, (scores) => part.isAnswer(scores));
      open.add(settled);
      return settled.finally(() => open.delete(settled));
    };
    const send = (): Promise<void> => (random.index(requestsPerCall) === 0 ? sendColumns() : mix.send());
    // A call fails as a whole where one of its chunks does so twice. They go in turn: what was hit is among the oldest.
    const recovered = (): Promise<unknown> => Promise.all([...open].slice(0, inHand));
    const faults = (): Promise<void> =>
      inject(trial, { kinds: ['exit', 'exception', 'failure', 'short', 'slow'], every: requests / 40, recovered });
    await trial.load(trial.upTo(requests), faults, { send });
    if (calls === 0) trial.problems.push('no columns were sent');
    return trial.finish({ 'calls of scoreColumns': calls, 'their rows': rows, kills: board.killed });
  },
};
