import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { FraudScorer } from 'fraud-scorer';
import { alternate, type Contender, type Rounds } from '../alternate.js';
import { openLoop, type Send } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import { workersText } from '../report/format.js';
import type { Cell, Result } from '../report/result.js';
import { Resources } from '../resources.js';
import { differencesOf, type Figure, figureOf } from '../statistics.js';
import type { Scenario, ScenarioContext } from './scenario.js';

const ratePerSecond = 10_000;
const floor = 'floor';
const workerCounts = [1, 2];

/** As a timer of the loop's own would hand requests over: a millisecond's in one burst. */
const coarseTickMs = 1;

/** What the host's event loop was like in a slice. */
interface LoopState {
  /** Share of the time it was busy. */
  busy: number;
  delayP99Ms: number;
  delayMaxMs: number;
}

/** What a host's own event loop notices; the load's share is in the floor too. */
export const host: Scenario = {
  name: 'host',
  title: "The host's event loop at 10,000 requests a second",
  async run({ settings, requests, steps }) {
    const [fine, coarse] = [
      await measured({ settings, requests, steps }, settings.tickMs),
      await measured({ settings, requests, steps }, coarseTickMs),
    ];
    return {
      tables: [...fine.tables, ...coarse.tables],
      plots: [],
      goals: [...fine.goals, ...coarse.goals],
      notes: [],
    };
  },
};

/** @param tickMs how often the load looks at what is due: the finer, the smaller the batches and the more of them. */
async function measured(
  { settings, requests, steps }: ScenarioContext,
  tickMs: number,
): Promise<Pick<Result, 'tables' | 'goals'>> {
  await using resources = new Resources();
  const pace = resources.add(new Pacer(tickMs));
  const contender = (name: string, send: Send): Contender<LoopState> => ({
    name,
    slice: (durationMs) => watched(() => openLoop({ ratePerSecond, durationMs, pace, send })),
  });
  const contenders = [contender(floor, async () => null)];
  for (const workers of workerCounts) {
    const scorer = resources.add(await FraudScorer.create({ model: settings.model, workers }));
    contenders.push(contender(workersText(workers), (index) => scorer.score(requests.at(index))));
  }
  steps.expect(contenders.length * settings.slices);
  const rounds = await alternate(contenders, {
    rounds: settings.slices,
    sliceMs: settings.sliceMs,
    onSlice: (name) => steps.done(name),
  });
  return {
    tables: [
      {
        title: `${ratePerSecond.toLocaleString('en')}/s, Poisson arrivals, looked at every ${tickMs} ms`,
        columns: [
          { name: '' },
          { name: 'busy', unit: 'share' },
          { name: "less the floor's", unit: 'share' },
          { name: 'P99 delay', unit: 'ms' },
          { name: "less the floor's", unit: 'ms' },
          { name: 'highest delay', unit: 'ms' },
        ],
        rows: contenders.map(({ name }) => rowOf(rounds, name)),
      },
    ],
    goals: workerCounts.map((workers) => ({
      what: `host's event loop busy at 10,000/s less the floor's, ${workersText(workers)}, every ${tickMs} ms`,
      bound: 'under',
      limit: 0.1,
      unit: 'share',
      figure: aboveFloor(rounds, workersText(workers), 'busy'),
    })),
  };
}

async function watched(load: () => Promise<unknown>): Promise<LoopState> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const before = performance.eventLoopUtilization();
  delay.enable();
  await load();
  delay.disable();
  const busy = performance.eventLoopUtilization(before).utilization;
  return { busy, delayP99Ms: toMs(delay, delay.percentile(99)), delayMaxMs: toMs(delay, delay.max) };
}

/** Without a sample a histogram's ends are no numbers of use. */
function toMs({ count }: IntervalHistogram, nanoseconds: number): number {
  return count === 0 ? 0 : nanoseconds / 1e6;
}

function rowOf(rounds: Rounds<LoopState>, name: string): Cell[] {
  const isFloor = name === floor;
  const of = (key: keyof LoopState): Figure => figureOf(rounds.of(name).map((slice) => slice[key]));
  return [
    isFloor ? 'answered at once: the floor' : `score(), ${name}`,
    of('busy'),
    isFloor ? null : aboveFloor(rounds, name, 'busy'),
    of('delayP99Ms'),
    isFloor ? null : aboveFloor(rounds, name, 'delayP99Ms'),
    of('delayMaxMs'),
  ];
}

function aboveFloor(rounds: Rounds<LoopState>, name: string, key: keyof LoopState): Figure {
  const values = (of: string): number[] => rounds.of(of).map((slice) => slice[key]);
  return figureOf(differencesOf(values(name), values(floor)));
}
