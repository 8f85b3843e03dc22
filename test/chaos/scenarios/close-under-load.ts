import { bounded } from '../load/bounded.js';
import { closedLoop } from '../load/closed-loop.js';
import type { Scenario, ScenarioContext } from '../scenario.js';
import { Trial } from '../trial.js';

const requestsPerRound = 10_000;

/** Closed in the middle of a load, with and without time to finish: everything is answered, or cut off with ERR_CLOSED. */
export const closeUnderLoad: Scenario = {
  name: 'close-under-load',
  does: 'scorers are closed while they are loaded, with 0 to 50 ms to finish',
  unit: 'requests',
  amount: 300_000,
  async run(context) {
    const rounds = Math.max(1, Math.round((context.amount ?? this.amount) / requestsPerRound));
    const [exitListeners, problems] = [process.listenerCount('exit'), new Set<string>()];
    const totals = { rounds, sent: 0, answered: 0, 'cut off': 0, 'refused at the door': 0 };
    for (let round = 0; round < rounds; round += 1) {
      const trial = await closeOnce({ ...context, seed: context.seed + round });
      totals.sent += trial.ledger.sent;
      totals.answered += trial.ledger.answered;
      totals['refused at the door'] += trial.ledger.late;
      totals['cut off'] += trial.ledger.count('ERR_CLOSED') - trial.ledger.late;
      for (const problem of trial.problems) problems.add(problem);
      context.onProgress(round + 1, rounds);
    }
    const left = process.listenerCount('exit') - exitListeners;
    if (left !== 0) problems.add(`${left} listeners of 'exit' are left behind`);
    return { facts: totals, problems: [...problems] };
  },
};

async function closeOnce(context: ScenarioContext): Promise<Trial> {
  const trial = await Trial.start(context, { board: { slowMs: 40 } });
  const { scorer, ledger, rows, random, board } = trial;
  let isClosing = false;
  const load = closedLoop({
    outstanding: 2_048,
    more: () => ledger.sent < requestsPerRound,
    send: () => {
      const row = rows.draw(random);
      return isClosing
        ? ledger.track('late', null, scorer.score(row.request))
        : ledger.track('closing', row, scorer.score(row.request));
    },
  });
  await ledger.settled.after(random.index(requestsPerRound / 2) + 1);
  // Half of the rounds have something slow in hand that the timeout has to cut off.
  if (random.chance(0.5)) board.add('slow', 4);
  const closing = scorer.close({ timeoutMs: random.between(0, 50) });
  isClosing = true;
  if (!(await bounded(load, ledger.settled))) trial.problems.push(`${ledger.open} requests did not settle`);
  const { abandoned } = await closing;
  const cutOff = ledger.count('ERR_CLOSED') - ledger.late;
  if (abandoned !== cutOff)
    trial.problems.push(`close said that it abandoned ${abandoned}, and ${cutOff} were cut off`);
  await trial.finish();
  return trial;
}
