import { Pacer } from '../load/pacer.js';
import type { Plot, Result, ResultTable } from '../report/result.js';
import { Resources } from '../resources.js';
import { figureOf } from '../statistics.js';
import { nameOf, policyWorkers } from './fixed-setting.js';
import { type Final, final } from './policy-final.js';
import { bestAt, sweep, type Tried } from './policy-sweep.js';
import type { Scenario } from './scenario.js';

/** The adaptive policy against fixed batch sizes and delays. */
export const policy: Scenario = {
  name: 'policy',
  title: 'Adaptive batches against fixed ones',
  async run(context) {
    await using resources = new Resources();
    const pace = resources.add(new Pacer(context.settings.tickMs));
    const { loads, finalists } = context.settings.policy;
    const tried = await sweep(context, pace);
    const finals: Final[] = [];
    const notes: string[] = [];
    for (const [load, ratePerSecond] of loads.entries()) {
      const best = bestAt(tried, load, finalists);
      if (best.length > 0) finals.push(await final(context, pace, ratePerSecond, best));
      else notes.push(`No fixed setting kept up with ${rateText(ratePerSecond)}.`);
    }
    return report(tried, finals, loads, notes);
  },
};

function report(
  tried: readonly Tried[],
  finals: readonly Final[],
  loads: readonly number[],
  notes: readonly string[],
): Result {
  return {
    tables: [finalTable(finals), sweepTable(tried, loads)],
    plots: [plotOf(tried, finals, loads)],
    goals: finals.map(({ ratePerSecond, ratio }) => ({
      what: `adaptive P99 / best fixed P99 at ${rateText(ratePerSecond)}`,
      bound: 'at most',
      limit: 1.15,
      unit: 'ratio',
      figure: ratio,
    })),
    notes: ['Fixed settings are written as batch size / delay; – means that it could not keep up.', ...notes],
  };
}

function finalTable(finals: readonly Final[]): ResultTable {
  return {
    title: `P99, ${policyWorkers} workers: adaptive and the best fixed setting in turn`,
    columns: [
      { name: 'arrivals' },
      { name: 'best fixed' },
      { name: 'P99 of best fixed', unit: 'ms' },
      { name: 'P99 of adaptive', unit: 'ms' },
      { name: 'adaptive / best fixed', unit: 'ratio' },
    ],
    rows: finals.map(({ ratePerSecond, best, fixed, adaptive, ratio }) => [
      rateText(ratePerSecond),
      best,
      fixed,
      adaptive,
      ratio,
    ]),
  };
}

function sweepTable(tried: readonly Tried[], loads: readonly number[]): ResultTable {
  return {
    title: 'P99 of the whole grid, one slice each',
    columns: [{ name: 'fixed' }, ...loads.map((load) => ({ name: rateText(load), unit: 'ms' as const }))],
    rows: tried.map(({ setting, p99s }) => [
      nameOf(setting),
      ...p99s.map((p99) => (p99 === null ? null : figureOf([p99]))),
    ]),
  };
}

/** The grid's points without a delay show what a batch size alone does. */
function plotOf(tried: readonly Tried[], finals: readonly Final[], loads: readonly number[]): Plot {
  const at = (ratePerSecond: number): Final | undefined =>
    finals.find((candidate) => candidate.ratePerSecond === ratePerSecond);
  return {
    file: 'policy',
    title: 'P99 of adaptive and of fixed batches',
    kind: 'lines',
    x: { name: 'arrivals a second', values: loads.map((load) => load.toLocaleString('en')) },
    y: { name: 'P99', unit: 'ms', isLogarithmic: true },
    series: [
      { name: 'adaptive', points: loads.map((load) => at(load)?.adaptive ?? null) },
      { name: 'best fixed', points: loads.map((load) => at(load)?.fixed ?? null) },
      ...tried
        .filter(({ setting }) => setting.maxQueueDelayMs === 0)
        .map(({ setting, p99s }) => ({ name: nameOf(setting), points: p99s })),
    ],
  };
}

function rateText(ratePerSecond: number): string {
  return `${ratePerSecond.toLocaleString('en')}/s`;
}
