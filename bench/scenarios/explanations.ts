import { FraudScorer } from 'fraud-scorer';
import { alternate } from '../alternate.js';
import { openLoop } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import { Resources } from '../resources.js';
import { figureOf, ratiosOf } from '../statistics.js';
import { answeredP99 } from './answered-p99.js';
import type { Scenario } from './scenario.js';

const ratePerSecond = 20_000;
const workers = 2;

const isExplained = (index: number): boolean => index % 100 === 0;

/** What reasons for a few cost the others. */
export const explanations: Scenario = {
  name: 'explanations',
  title: 'The cost of explaining 1% of 20,000 requests a second',
  async run({ settings, requests, steps }) {
    await using resources = new Resources();
    const pace = resources.add(new Pacer(settings.tickMs));
    const { model, sliceMs, slices } = settings;
    const scorer = resources.add(await FraudScorer.create({ model, workers, timeoutMs: 10_000 }));
    const slice = async (durationMs: number, explains: boolean): Promise<number> => {
      const report = await openLoop({
        ratePerSecond,
        durationMs,
        pace,
        send: (index) =>
          scorer.score(requests.at(index), explains && isExplained(index) ? { explain: true } : undefined),
        keep: (index) => !isExplained(index),
      });
      return answeredP99(report);
    };
    steps.expect(2 * slices);
    const rounds = await alternate(
      [
        { name: 'nothing explained', slice: (durationMs) => slice(durationMs, false) },
        { name: '1% explained', slice: (durationMs) => slice(durationMs, true) },
      ],
      { rounds: slices, sliceMs, onSlice: (name) => steps.done(name) },
    );
    const [without, explained] = [rounds.of('nothing explained'), rounds.of('1% explained')];
    const { given, skipped } = scorer.summary().explanations;
    return {
      tables: [
        {
          title: `P99 of the requests that are not explained, ${workers} workers`,
          columns: [{ name: '' }, { name: 'P99', unit: 'ms' }, { name: 'of nothing explained', unit: 'ratio' }],
          rows: [
            ['nothing explained', figureOf(without), null],
            ['1% explained', figureOf(explained), figureOf(ratiosOf(explained, without))],
          ],
        },
      ],
      plots: [],
      goals: [],
      notes: [`${given} explanations were given, ${skipped} skipped.`],
    };
  },
};
