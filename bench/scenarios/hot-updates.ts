import type { SwapLoad, SwapReport, SwapTask } from '../hot-updates/task.js';
import type { Goal, Result } from '../report/result.js';
import { runProcess } from '../run-process.js';
import type { Settings } from '../settings.js';
import { type Figure, figureOf } from '../statistics.js';
import type { Scenario } from './scenario.js';

const program = new URL('../hot-updates/swap-process.ts', import.meta.url);

/** The option's default. */
const defaultKeepMs = 600_000;

/** A series of hot updates and what it found. */
interface Series {
  name: string;
  report: SwapReport;
}

/** New versions under load: whether anything is lost or wrong, what it does to the latency, and what it leaves in memory. */
export const hotUpdates: Scenario = {
  name: 'hot-updates',
  title: 'Hot updates under load',
  async run({ settings, steps }) {
    steps.expect(3 * settings.hotUpdates.swaps);
    const measure = (what: SwapTask['what'], keepPreviousMs: number): Promise<SwapReport> => {
      const task = { what, settings, keepPreviousMs };
      return runProcess({ name: `hot-updates ${what}`, task, program, steps });
    };
    const bare = await measure('bare', 0);
    const series: Series[] = [];
    for (const keepPreviousMs of [0, defaultKeepMs]) {
      const name = keepPreviousMs === 0 ? 'keepPreviousMs: 0' : 'with a standby';
      series.push({ name, report: await measure('hotUpdates', keepPreviousMs) });
    }
    return report(settings, bare, series);
  },
};

function report({ hotUpdates }: Settings, bare: SwapReport, series: readonly Series[]): Result {
  const { swaps, ratePerSecond } = hotUpdates;
  const one = (value: number | undefined): Figure | null => (value === undefined ? null : figureOf([value]));
  const loads = series.map(({ name, report: { load } }) => ({ name, load }));
  return {
    tables: [
      {
        title: `${swaps} hot updates at ${ratePerSecond.toLocaleString('en')}/s, 2 workers`,
        columns: [
          { name: '' },
          { name: 'requests' },
          { name: 'lost' },
          { name: 'wrong' },
          { name: 'not by the primary' },
          { name: 'P99 within swaps', unit: 'ms' },
          { name: 'P99 between', unit: 'ms' },
          { name: 'a swap', unit: 'ms' },
        ],
        rows: loads.map(({ name, load }) => [
          name,
          ...[load?.sent, load?.lost, load?.wrong, load?.misrouted, load?.p99WithinMs, load?.p99BetweenMs].map(one),
          one(load?.swapMs),
        ]),
      },
      {
        title: 'Growth of resident memory a swap, in MiB',
        columns: [{ name: '' }, { name: 'MiB', unit: 'ratio' }],
        rows: [{ name: 'bare sessions in threads', report: bare }, ...series].map(({ name, report }) => [
          name,
          one(report.growthMb),
        ]),
      },
    ],
    plots: [],
    goals: series.flatMap(({ name, report: { growthMb, load } }) => [
      ...(load === null ? [] : goalsOf(name, load)),
      {
        what: `resident memory a swap above that of bare sessions, in MiB, ${name}`,
        bound: 'at most',
        limit: 1,
        unit: 'ratio',
        figure: figureOf([growthMb - bare.growthMb]),
      },
    ]),
    notes: loads.flatMap(({ name, load }) => {
      return load === null || load.lost === 0 ? [] : [`Lost, ${name}: ${JSON.stringify(load.lostBy)}.`];
    }),
  };
}

function goalsOf(name: string, { lost, wrong, misrouted, p99WithinMs, p99BetweenMs }: SwapLoad): Goal[] {
  return [
    {
      what: `requests lost, wrong, or not by the version that was live, ${name}`,
      bound: 'at most',
      limit: 0,
      unit: 'count',
      figure: figureOf([lost + wrong + misrouted]),
    },
    {
      what: `P99 within swaps / between them, ${name}`,
      bound: 'under',
      limit: 3,
      unit: 'times',
      figure: figureOf([p99WithinMs / p99BetweenMs]),
    },
  ];
}
