import { performance } from 'node:perf_hooks';
import { FraudScorer } from 'fraud-scorer';
import { alternate, type Contender } from '../alternate.js';
import { type OpenLoopReport, openLoop } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import { ObservedHost } from '../observing/observed-host.js';
import type { Result } from '../report/result.js';
import { Resources } from '../resources.js';
import { differencesOf, figureOf, ratiosOf } from '../statistics.js';
import type { Scenario } from './scenario.js';

const ratePerSecond = 100_000;
const workers = 2;
const names = { plain: 'nobody watches', watched: 'all of it' } as const;

/** What callers and the host saw in a slice. */
interface Slice {
  latency: OpenLoopReport;
  /** How long the host's event loop was busy, by request, in µs. */
  hostUs: number;
}

/** What it costs to have metrics scraped each second, a live page open, and drift looked at. */
export const observing: Scenario = {
  name: 'observing',
  title: 'Metrics, a live page and drift',
  async run({ settings, requests, steps }) {
    await using resources = new Resources();
    const pace = resources.add(new Pacer(settings.tickMs));
    const limits = { maxQueueSize: 200_000, timeoutMs: 60_000 };
    const common = { model: settings.model, workers, ...limits };
    const measured = async (scorer: FraudScorer, durationMs: number): Promise<Slice> => {
      const before = performance.eventLoopUtilization();
      const send = (index: number): Promise<unknown> => scorer.score(requests.at(index));
      const latency = await openLoop({ ratePerSecond, durationMs, pace, send });
      const { active } = performance.eventLoopUtilization(before);
      return { latency, hostUs: (active * 1_000) / latency.sent };
    };
    const plain = resources.add(await FraudScorer.create({ ...common, drift: false }));
    const watched = resources.add(await FraudScorer.create(common));
    const host = resources.add(await ObservedHost.listen(watched));
    const contenders: Contender<Slice>[] = [
      { name: names.plain, slice: (durationMs) => measured(plain, durationMs) },
      { name: names.watched, slice: (durationMs) => host.whileWatched(() => measured(watched, durationMs)) },
    ];
    steps.expect(contenders.length * settings.slices);
    const rounds = await alternate(contenders, {
      rounds: settings.slices,
      sliceMs: settings.sliceMs,
      order: 'mirrored',
      onSlice: (name) => steps.done(name),
    });
    return report(rounds.of(names.plain), rounds.of(names.watched));
  },
};

function report(plain: readonly Slice[], watched: readonly Slice[]): Result {
  const p99s = (slices: readonly Slice[]): number[] => slices.map(({ latency }) => latency.p99 ?? Number.NaN);
  const hostUs = (slices: readonly Slice[]): number[] => slices.map((slice) => slice.hostUs);
  const row = (name: string, slices: readonly Slice[]) => [
    name,
    figureOf(slices.map(({ latency }) => latency.p50 ?? Number.NaN)),
    figureOf(p99s(slices)),
    figureOf(hostUs(slices)),
  ];
  const failed = [...plain, ...watched].reduce((sum, { latency }) => sum + latency.failed, 0);
  return {
    tables: [
      {
        title: `score() at ${ratePerSecond.toLocaleString('en')}/s, ${workers} workers`,
        columns: [
          { name: '' },
          { name: 'P50', unit: 'ms' },
          { name: 'P99', unit: 'ms' },
          { name: "the host's event loop, a request", unit: 'us' },
        ],
        rows: [row(names.plain, plain), row(names.watched, watched)],
      },
    ],
    plots: [],
    goals: [
      {
        what: 'P99 with all of it / without',
        bound: 'under',
        limit: 1.25,
        unit: 'times',
        figure: figureOf(ratiosOf(p99s(watched), p99s(plain))),
      },
      {
        what: "the host's event loop, a request more",
        bound: 'under',
        limit: 0.3,
        unit: 'us',
        figure: figureOf(differencesOf(hostUs(watched), hostUs(plain))),
      },
    ],
    notes: failed === 0 ? [] : [`${failed} requests failed; their latency is not counted.`],
  };
}
