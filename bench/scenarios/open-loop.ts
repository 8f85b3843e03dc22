import { FraudScorer } from 'fraud-scorer';
import { alternate, type Contender, type Rounds } from '../alternate.js';
import { type OpenLoopReport, openLoop } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import { workersText } from '../report/format.js';
import type { Goal, Result, ResultTable } from '../report/result.js';
import { Resources } from '../resources.js';
import { differencesOf, type Figure, figureOf } from '../statistics.js';
import type { Scenario, ScenarioContext } from './scenario.js';

const floor = 'floor';
const workerCounts = [1, 2];
const quantiles = ['p50', 'p95', 'p99', 'p999'] as const;

/** What each contender's slices gave at a rate. */
interface AtRate {
  ratePerSecond: number;
  rounds: Rounds<OpenLoopReport>;
}

/** Latency at a given rate of arrivals, beside that of a send that is answered at once. */
export const openLoopLatency: Scenario = {
  name: 'open-loop',
  title: 'Latency at a given rate',
  async run(context) {
    const { settings, steps } = context;
    await using resources = new Resources();
    const contenders = await contendersOf(context, resources);
    steps.expect(settings.openLoopRates.length * contenders.length * settings.slices);
    const found: AtRate[] = [];
    for (const ratePerSecond of settings.openLoopRates) {
      const atRate = contenders.map(({ name, at }) => ({ name, slice: at(ratePerSecond) }));
      const rounds = await alternate<OpenLoopReport>(atRate, {
        rounds: settings.slices,
        sliceMs: settings.sliceMs,
        onSlice: (name) => steps.done(`${name}, ${ratePerSecond.toLocaleString('en')}/s`),
      });
      found.push({ ratePerSecond, rounds });
    }
    return report(
      found,
      contenders.map(({ name }) => name),
    );
  },
};

interface AnyRate {
  name: string;
  at: (ratePerSecond: number) => Contender<OpenLoopReport>['slice'];
}

async function contendersOf({ settings, requests }: ScenarioContext, resources: Resources): Promise<AnyRate[]> {
  const pace = resources.add(new Pacer(settings.tickMs));
  const contenders: AnyRate[] = [
    {
      name: floor,
      at: (ratePerSecond) => (durationMs) => openLoop({ ratePerSecond, durationMs, pace, send: async () => null }),
    },
  ];
  for (const workers of workerCounts) {
    // Not even a long stall has a request turned away: it counts as long as it waited.
    const limits = { maxQueueSize: 200_000, timeoutMs: 60_000 };
    const scorer = resources.add(await FraudScorer.create({ model: settings.model, workers, ...limits }));
    contenders.push({
      name: workersText(workers),
      at: (ratePerSecond) => (durationMs) =>
        openLoop({ ratePerSecond, durationMs, pace, send: (index) => scorer.score(requests.at(index)) }),
    });
  }
  return contenders;
}

function report(found: readonly AtRate[], names: readonly string[]): Result {
  const p99s = names.map((name) => ({
    name,
    points: found.map(({ rounds }) => figureOf(latencies(rounds, name, 'p99'))),
  }));
  return {
    tables: names.map((name) => tableOf(found, name)),
    plots: [
      {
        file: 'open-loop',
        title: 'P99 from the intended send time',
        kind: 'lines',
        x: { name: 'arrivals a second', values: found.map(({ ratePerSecond }) => ratePerSecond.toLocaleString('en')) },
        y: { name: 'P99', unit: 'ms', isLogarithmic: true },
        series: p99s,
      },
    ],
    goals: [goalOf(found, 1, 10_000, 4), goalOf(found, 2, 100_000, 8)],
    notes: failures(found, names),
  };
}

function tableOf(found: readonly AtRate[], name: string): ResultTable {
  return {
    title: name === floor ? 'Answered at once: the floor' : `score(), ${name}`,
    columns: [
      { name: 'arrivals' },
      { name: 'P50', unit: 'ms' },
      { name: 'P95', unit: 'ms' },
      { name: 'P99', unit: 'ms' },
      { name: 'P99.9', unit: 'ms' },
      ...(name === floor ? [] : [{ name: "P99 less the floor's", unit: 'ms' } as const]),
    ],
    rows: found.map(({ ratePerSecond, rounds }) => [
      `${ratePerSecond.toLocaleString('en')}/s`,
      ...quantiles.map((quantile) => figureOf(latencies(rounds, name, quantile))),
      ...(name === floor ? [] : [aboveFloor(rounds, name)]),
    ]),
  };
}

function goalOf(found: readonly AtRate[], workers: number, ratePerSecond: number, limitMs: number): Goal {
  const rounds = found.find((atRate) => atRate.ratePerSecond === ratePerSecond)?.rounds;
  const rate = ratePerSecond.toLocaleString('en');
  return {
    what: `P99 at ${rate}/s less the floor's, ${workersText(workers)}`,
    bound: 'under',
    limit: limitMs,
    unit: 'ms',
    figure: rounds === undefined ? null : aboveFloor(rounds, workersText(workers)),
  };
}

function aboveFloor(rounds: Rounds<OpenLoopReport>, name: string): Figure {
  return figureOf(differencesOf(latencies(rounds, name, 'p99'), latencies(rounds, floor, 'p99')));
}

function latencies(rounds: Rounds<OpenLoopReport>, name: string, quantile: (typeof quantiles)[number]): number[] {
  return rounds.of(name).map((slice) => slice[quantile] ?? Number.NaN);
}

function failures(found: readonly AtRate[], names: readonly string[]): string[] {
  const slices = found.flatMap(({ rounds }) => names.flatMap((name) => rounds.of(name)));
  const failed = slices.reduce((sum, slice) => sum + slice.failed, 0);
  return failed === 0 ? [] : [`${failed} requests failed; their latency is not counted.`];
}
