import { withLayers } from '../../test/support/heavy-graphs.js';
import { Versions } from '../../test/support/versions.js';
import { type CanaryKind, kinds } from '../canaries/kinds.js';
import { type CanaryOutcome, runCanary } from '../canaries/run-canary.js';
import { Pacer } from '../load/pacer.js';
import type { Cell, Result } from '../report/result.js';
import { Resources } from '../resources.js';
import type { Settings } from '../settings.js';
import { type Figure, figureOf } from '../statistics.js';
import type { Scenario } from './scenario.js';

interface Series {
  kind: CanaryKind;
  outcomes: readonly CanaryOutcome[];
}

/** Canaries with something wrong with them, and such without: whether each ends as it should. */
export const canaries: Scenario = {
  name: 'canaries',
  title: 'Canaries: what their guards decide',
  async run({ settings, steps }) {
    const { runs, ratePerSecond, stepMs } = settings.canaries;
    steps.expect(runs * kinds.length);
    await using versions = await Versions.make();
    await using resources = new Resources();
    const pace = resources.add(new Pacer(settings.tickMs));
    const series = kinds.map((kind) => ({ kind, outcomes: [] as CanaryOutcome[] }));
    // One of each kind, then the next of each: what the machine does meanwhile comes to all of them.
    for (let run = 0; run < runs; run += 1) {
      for (const { kind, outcomes } of series) {
        const { layers, work, scale, rateShare } = kind;
        const primary = await versions.changed('1', (graph) => withLayers(graph, 'x', layers));
        const canary = await versions.changed('2', (graph) => withLayers(graph, 'x', work * layers), scale);
        outcomes.push(
          await runCanary({ kind, primary, canary, ratePerSecond: rateShare * ratePerSecond, stepMs, pace }),
        );
        steps.done(`canaries: ${kind.name}`);
      }
    }
    return report(settings, series);
  },
};

function report({ canaries: { runs, ratePerSecond, stepMs } }: Settings, series: readonly Series[]): Result {
  return {
    tables: [
      {
        title: `${runs} canaries of each kind at up to ${ratePerSecond}/s, a worker each, first step 30 % for ${stepMs / 1_000} s`,
        columns: [
          { name: 'the canary' },
          { name: 'must end' },
          { name: 'ended' },
          { name: 'wrong', unit: 'count' },
          { name: 'the guard saw', unit: 'ratio' },
          { name: 'P95 of the primary', unit: 'ms' },
          { name: 'P95 of the canary', unit: 'ms' },
          { name: 'after, in s', unit: 'ratio' },
        ],
        rows: series.map(({ kind, outcomes }): Cell[] => [
          kind.name,
          kind.expected,
          endsOf(outcomes),
          figureOf([wrongOf({ kind, outcomes })]),
          figureOr(outcomes.map(({ seen }) => seen)),
          figureOr(outcomes.map(({ primaryP95Ms }) => primaryP95Ms)),
          figureOr(outcomes.map(({ canaryP95Ms }) => canaryP95Ms)),
          figureOr(outcomes.map(({ seconds }) => seconds)),
        ]),
      },
    ],
    plots: [],
    goals: series.map((one) => ({
      what: `wrong verdicts in ${runs} canaries: ${one.kind.name}`,
      bound: 'at most',
      limit: 0,
      unit: 'count',
      figure: figureOf([wrongOf(one)]),
    })),
    notes: [],
  };
}

function wrongOf({ kind, outcomes }: Series): number {
  return outcomes.filter(({ ended }) => ended !== kind.expected).length;
}

/** How often each end came. */
function endsOf(outcomes: readonly CanaryOutcome[]): string {
  const ends = new Set(outcomes.map(({ ended }) => ended));
  return [...ends].map((end) => `${outcomes.filter(({ ended }) => ended === end).length} × ${end}`).join(', ');
}

function figureOr(values: readonly (number | null)[]): Figure | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : figureOf(known);
}
