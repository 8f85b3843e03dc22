import { FraudScorer, type FraudScorerOptions, type ScoreRequest } from 'fraud-scorer';
import { alternate, type Contender } from '../alternate.js';
import { closedLoop } from '../load/closed-loop.js';
import type { Plot, Result, ResultTable } from '../report/result.js';
import { Resources } from '../resources.js';
import { type Figure, figureOf } from '../statistics.js';
import type { ScenarioContext } from './scenario.js';

const microsecondsASecond = 1e6;

/** One thing that is varied while the others stay. */
export interface Variation {
  file: string;
  what: string;
  values: readonly string[];
  /** µs a request, by value. */
  costs: readonly Figure[];
}

/** A value of what is varied, and the loop that is measured with it. */
export interface Variant {
  value: string;
  options: FraudScorerOptions;
  callers: number;
  requestAt: (index: number) => ScoreRequest;
}

/** Measures the variants in turn, all of them open at the same time: those that wait cost nothing. */
export async function vary(
  { settings, steps }: ScenarioContext,
  file: string,
  what: string,
  variants: readonly Variant[],
): Promise<Variation> {
  await using resources = new Resources();
  const contenders: Contender<number>[] = [];
  for (const { value, options, callers, requestAt } of variants) {
    const scorer = resources.add(await FraudScorer.create(options));
    const call = (index: number): Promise<unknown> => scorer.score(requestAt(index));
    contenders.push({ name: value, slice: (durationMs) => closedLoop({ callers, durationMs, call }) });
  }
  const { slices, sliceMs } = settings.growth;
  steps.expect(slices * contenders.length);
  const rounds = await alternate(contenders, {
    rounds: slices,
    sliceMs,
    onSlice: (name) => steps.done(`${what}: ${name}`),
  });
  const values = variants.map(({ value }) => value);
  const costs = values.map((value) => figureOf(rounds.of(value).map((rows) => microsecondsASecond / rows)));
  return { file, what, values, costs };
}

/** A table and a plot for each. */
export function reportVariations(variations: readonly Variation[], notes: readonly string[]): Result {
  return {
    tables: variations.map(tableOf),
    plots: variations.map(plotOf),
    goals: [],
    notes,
  };
}

function tableOf({ what, values, costs }: Variation): ResultTable {
  return {
    title: `Cost a request by ${what}`,
    columns: [{ name: what }, { name: 'cost', unit: 'us' }],
    rows: values.map((value, index) => [value, costs[index] ?? null]),
  };
}

function plotOf({ file, what, values, costs }: Variation): Plot {
  return {
    file,
    title: `Cost a request by ${what}`,
    kind: 'lines',
    x: { name: what, values },
    y: { name: 'µs a request', unit: 'us' },
    series: [{ name: 'score()', points: costs }],
  };
}
