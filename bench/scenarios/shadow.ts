import { type DeploymentSummary, FraudScorer, type ShadowSummary } from 'fraud-scorer';
import { VersionDirectories } from '../../test/chaos/faults/version-directories.js';
import { type OpenLoopReport, openLoop } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import type { Result } from '../report/result.js';
import { Resources } from '../resources.js';
import { figureOf, ratiosOf } from '../statistics.js';
import type { Scenario, Steps } from './scenario.js';

const workers = 2;
/** The rates that are tried, each so many times the one before it, until requests wait longer than this in each of some tries. */
const saturation = { firstPerSecond: 100_000, step: 1.15, mostSteps: 14, tries: 2, p99Ms: 50 } as const;
const loads = { alone: 'alone', shadow: 'with a shadow' } as const;

/** A slice with a shadow, and what became of its copies. */
interface Shadowed {
  latency: OpenLoopReport;
  copied: number;
  dropped: number;
}

/** What a shadow with all of the traffic does to the latency of the version that answers, at half of the saturated rate. */
export const shadow: Scenario = {
  name: 'shadow',
  title: 'A shadow at equal traffic',
  async run({ settings, requests, steps }) {
    steps.expect(3 * settings.slices);
    await using directories = await VersionDirectories.make(settings.model);
    await using resources = new Resources();
    const [primary, copy] = [await directories.serving('1', 1), await directories.serving('2', 1.2)];
    const pace = resources.add(new Pacer(settings.tickMs));
    // Not even a long stall has a request turned away: it counts as long as it waited.
    const limits = { maxQueueSize: 200_000, timeoutMs: 60_000 };
    const scorer = resources.add(await FraudScorer.create({ model: primary, workers, ...limits }));
    const send = (index: number): Promise<unknown> => scorer.score(requests.at(index));

    const sliceAt = (perSecond: number): Promise<OpenLoopReport> =>
      openLoop({ ratePerSecond: perSecond, durationMs: settings.sliceMs, pace, send });
    await sliceAt(saturation.firstPerSecond);
    const saturated = await saturatedRate(sliceAt, steps);
    const slice = (): Promise<OpenLoopReport> => sliceAt(saturated / 2);

    const alone: OpenLoopReport[] = [];
    const shadowed: Shadowed[] = [];
    while (alone.length < settings.slices) {
      alone.push(await slice());
      steps.done(loads.alone);
      await scorer.deploy(copy, { traffic: 'shadow' });
      // Its code is compiled, and its batches' times are known, by the time that counts.
      await slice();
      steps.done('warming up');
      const before = shadowOf(scorer.deployments());
      const latency = await slice();
      const after = shadowOf(scorer.deployments());
      shadowed.push({ latency, copied: after.copied - before.copied, dropped: droppedIn(after) - droppedIn(before) });
      steps.done(loads.shadow);
      await scorer.retire('2');
    }
    return report(saturated, alone, shadowed);
  },
};

/** The highest rate of arrivals that is answered as fast as it comes. A closed loop would say more: its callers wait for each other. */
async function saturatedRate(sliceAt: (perSecond: number) => Promise<OpenLoopReport>, steps: Steps): Promise<number> {
  let perSecond: number = saturation.firstPerSecond;
  for (let step = 0; step < saturation.mostSteps; step += 1) {
    steps.expect(saturation.tries);
    let isMet = false;
    for (let attempt = 0; attempt < saturation.tries; attempt += 1) {
      const { p99, failed } = await sliceAt(perSecond);
      isMet ||= failed === 0 && p99 !== null && p99 <= saturation.p99Ms;
      steps.done(`${Math.round(perSecond).toLocaleString('en')}/s`);
    }
    if (!isMet) break;
    perSecond *= saturation.step;
  }
  return perSecond;
}

function shadowOf(deployments: readonly DeploymentSummary[]): ShadowSummary {
  const found = deployments.find(({ role }) => role === 'shadow')?.shadow;
  if (found === undefined) throw new Error('there is no shadow');
  return found;
}

function droppedIn({ dropped }: ShadowSummary): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

function report(saturated: number, alone: readonly OpenLoopReport[], shadowed: readonly Shadowed[]): Result {
  const latencies = shadowed.map(({ latency }) => latency);
  const of = (slices: readonly OpenLoopReport[], quantile: 'p50' | 'p95' | 'p99'): number[] =>
    slices.map((slice) => slice[quantile] ?? Number.NaN);
  const row = (name: string, slices: readonly OpenLoopReport[]) => [
    name,
    figureOf(of(slices, 'p50')),
    figureOf(of(slices, 'p95')),
    figureOf(of(slices, 'p99')),
  ];
  const failed = [...alone, ...latencies].reduce((sum, slice) => sum + slice.failed, 0);
  return {
    tables: [
      {
        title: `score(), ${workers} workers, at half of the saturated ${Math.round(saturated).toLocaleString('en')}/s`,
        columns: [{ name: '' }, { name: 'P50', unit: 'ms' }, { name: 'P95', unit: 'ms' }, { name: 'P99', unit: 'ms' }],
        rows: [row(loads.alone, alone), row(loads.shadow, latencies)],
      },
      {
        title: 'Copies',
        columns: [{ name: '' }, { name: 'of the requests', unit: 'share' }],
        rows: [
          ['compared, or about to be', figureOf(shadowed.map(({ copied, latency }) => copied / latency.sent))],
          ['dropped', figureOf(shadowed.map(({ dropped, latency }) => dropped / latency.sent))],
        ],
      },
    ],
    plots: [],
    goals: [
      {
        what: 'P99 with a shadow at equal traffic / without',
        bound: 'under',
        limit: 1.25,
        unit: 'times',
        figure: figureOf(ratiosOf(of(latencies, 'p99'), of(alone, 'p99'))),
      },
    ],
    notes: failed === 0 ? [] : [`${failed} requests failed; their latency is not counted.`],
  };
}
