import { bounded } from '../load/bounded.js';
import { pacedLoop } from '../load/paced-loop.js';
import type { Scenario } from '../scenario.js';
import { Trial } from '../trial.js';

const ratePerSecond = 10_000;
const secondsBetweenKills = 2;
const promised = 0.9999;

/** The promise of 99.99%, with a worker killed every two seconds and nothing but the model to answer. */
export const availability: Scenario = {
  name: 'availability',
  does: `a worker is killed every ${secondsBetweenKills} s at ${ratePerSecond.toLocaleString('en')} requests/s, with the default deadline and no fallback`,
  unit: 'kills',
  amount: 60,
  async run(context) {
    const kills = context.amount ?? this.amount;
    const requests = kills * secondsBetweenKills * ratePerSecond;
    const trial = await Trial.start(context, { scorer: { timeoutMs: 1_000 } });
    const { scorer, ledger, rows, random, board } = trial;
    const between = secondsBetweenKills * ratePerSecond;
    const load = pacedLoop({
      ratePerSecond,
      more: () => ledger.sent < requests,
      send: () => {
        // In the middle of each interval, so that the last one has time to be recovered from.
        if (ledger.sent % between === between / 2) board.add('exit');
        const row = rows.draw(random);
        // Even here an answer must be the row's own; that some may be late is what is measured.
        void ledger.track('impatient', row, scorer.score(row.request));
        if (ledger.sent % between === 0) context.onProgress(ledger.sent / between, kills);
      },
    }).then(() => scorer.close());
    if (!(await bounded(load, ledger.settled))) trial.problems.push(`${ledger.open} requests did not settle`);
    const share = ledger.answered / ledger.sent;
    if (share < promised) trial.missed.push(`${(share * 100).toFixed(4)}% were answered by the model`);
    if (board.fired('exit') < kills) trial.problems.push(`${board.fired('exit')} of ${kills} kills came about`);
    return trial.finish({ kills: board.fired('exit'), 'answered by the model %': share * 100 });
  },
};
