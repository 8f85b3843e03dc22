import { alternate, type Contender, type Rounds } from '../alternate.js';
import { workersText } from '../report/format.js';
import type { Cell, Goal, PlotSeries, Result, ResultTable } from '../report/result.js';
import { Resources } from '../resources.js';
import { figureOf, ratiosOf } from '../statistics.js';
import { bareLoops, callersAlone, rivalsOf } from './saturation-rivals.js';
import { scorerContenders } from './saturation-scorer.js';
import type { Scenario, ScenarioContext } from './scenario.js';

const workerCounts = [1, 2];

/** Rows a second of each contender, with so many workers. */
interface Saturated {
  workers: number;
  contenders: readonly Contender<number>[];
  rounds: Rounds<number>;
}

export const saturation: Scenario = {
  name: 'saturation',
  title: 'Saturated throughput',
  async run(context) {
    const found: Saturated[] = [];
    const notes: string[] = [];
    for (const workers of workerCounts) found.push(await saturate(context, workers, notes));
    return report(found, [...new Set(notes)], context);
  },
};

async function saturate(context: ScenarioContext, workers: number, notes: string[]): Promise<Saturated> {
  const { settings, steps } = context;
  await using resources = new Resources();
  const contenders = [
    ...(await scorerContenders(context, workers, resources)),
    ...(await rivalsOf(context, workers, resources, notes)),
  ];
  steps.expect(contenders.length * settings.slices);
  const rounds = await alternate(contenders, {
    rounds: settings.slices,
    sliceMs: settings.sliceMs,
    onSlice: (name) => steps.done(`${name}, ${workersText(workers)}`),
  });
  return { workers, contenders, rounds };
}

function report(found: readonly Saturated[], notes: readonly string[], { settings }: ScenarioContext): Result {
  const all = new Set(found.flatMap(({ contenders }) => contenders.map(({ name }) => name)));
  const names = [...all].filter((name) => name !== callersAlone);
  return {
    tables: found.map(tableOf),
    plots: [
      {
        file: 'saturation',
        title: `Transactions a second, ${settings.outstanding.toLocaleString('en')} outstanding`,
        kind: 'bars',
        x: { name: '', values: names },
        y: { name: 'transactions a second', unit: 'count', isLogarithmic: true },
        series: found.map((saturated) => seriesOf(saturated, names)),
      },
    ],
    goals: found.filter(({ workers }) => workers === 2).flatMap(goalsOf),
    notes,
  };
}

function tableOf({ workers, contenders, rounds }: Saturated): ResultTable {
  return {
    title: `Transactions a second, ${workersText(workers)}`,
    columns: [{ name: 'contender' }, { name: 'rows', unit: 'perSecond' }, { name: `of ${bareLoops}`, unit: 'ratio' }],
    rows: contenders.map(({ name }): Cell[] => {
      const values = rounds.of(name);
      return [name, figureOf(values), figureOf(ratiosOf(values, rounds.of(bareLoops)))];
    }),
  };
}

function seriesOf({ workers, contenders, rounds }: Saturated, names: readonly string[]): PlotSeries {
  const has = (name: string): boolean => contenders.some((contender) => contender.name === name);
  return {
    name: workersText(workers),
    points: names.map((name) => (has(name) ? figureOf(rounds.of(name)) : null)),
  };
}

function goalsOf({ contenders, rounds }: Saturated): Goal[] {
  const goal = (above: string, below: string, limit: number, unit: Goal['unit']): Goal => {
    const isThere = [above, below].every((name) => contenders.some((contender) => contender.name === name));
    const figure = isThere ? figureOf(ratiosOf(rounds.of(above), rounds.of(below))) : null;
    return { what: `${above} / ${below}, 2 workers`, bound: 'at least', limit, unit, figure };
  };
  return [
    goal('score()', bareLoops, 0.5, 'ratio'),
    goal('scoreColumns', bareLoops, 0.85, 'ratio'),
    goal('score()', 'main thread', 40, 'times'),
    goal('score()', 'Piscina', 80, 'times'),
  ];
}
