import { pacedLoop } from '../load/paced-loop.js';
import { quantile } from '../load/quantiles.js';
import type { Scenario } from '../scenario.js';
import { Trial } from '../trial.js';

/** How much later than a bare timer a request may be given up, by the 99th percentile of both. */
const maxDifferenceMs = 5;

/** Requests that run into their deadline while the worker is busy, each beside a timer of the same length. */
export const deadlinePrecision: Scenario = {
  name: 'deadline-precision',
  does: 'deadlines of 5 to 50 ms while the one worker is busy, beside bare timers',
  unit: 'requests',
  amount: 20_000,
  async run(context) {
    const requests = context.amount ?? this.amount;
    const trial = await Trial.start({ ...context, workers: 1 }, { board: { slowMs: 250 } });
    const { scorer, ledger, rows, random, board } = trial;
    const late: { requests: number[]; timers: number[] } = { requests: [], timers: [] };
    const open: Promise<void>[] = [];
    const send = (): void => {
      const [row, timeoutMs, start] = [rows.draw(random), 5 + random.index(46), performance.now()];
      const note = (list: number[]): void => void list.push(performance.now() - start - timeoutMs);
      setTimeout(() => note(late.timers), timeoutMs);
      const promise = scorer.score(row.request, { timeoutMs });
      promise.catch(() => note(late.requests));
      open.push(ledger.track('impatient', row, promise));
      if (open.length % 100 === 0) context.onProgress(open.length, requests);
    };
    // Every batch: the worker is never free for long.
    board.add('slow', 1_000_000);
    await pacedLoop({ ratePerSecond: 1_000, more: () => open.length < requests, send });
    await Promise.all(open);
    board.calm();
    const [own, bare] = [quantile(late.requests, 0.99), quantile(late.timers, 0.99)];
    if (late.requests.length === 0) trial.problems.push('no request ran into its deadline');
    if (own - bare > maxDifferenceMs) {
      trial.missed.push(`P99 is ${own.toFixed(1)} ms late, a bare timer's ${bare.toFixed(1)} ms`);
    }
    return trial.finish({
      'P99 late ms': own,
      "bare timer's P99 late ms": bare,
      'P50 late ms': quantile(late.requests, 0.5),
      "bare timer's P50 late ms": quantile(late.timers, 0.5),
    });
  },
};
