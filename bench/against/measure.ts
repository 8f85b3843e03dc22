import { performance } from 'node:perf_hooks';
import type { FraudScorer } from 'fraud-scorer';
import { closedLoop } from '../load/closed-loop.js';
import { openLoop, type Send } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import type { ReferenceRequests } from '../load/reference-requests.js';
import { Resources } from '../resources.js';
import { BareLoops } from '../rivals/bare-loops.js';
import { LeastHost } from '../rivals/least-host.js';
import type { Settings } from '../settings.js';
import { GarbageWatch } from './garbage.js';

/** What is measured, each in a process of its own. `limit` and `leastHost` take no build. */
export const measureNames = ['score', 'scoreMany', 'scoreColumns', 'open', 'floor', 'limit', 'leastHost'] as const;
export type MeasureName = (typeof measureNames)[number];

/** Figures by their name. */
export type Measured = Record<string, number>;

/** Requests in one call of `scoreMany`, and calls that are open at a time. */
const listLength = 1_024;
const openLists = 2;

/** Calls of `scoreColumns` that are open at a time. */
const openColumnCalls = 4;

const workers = 2;

export interface MeasureContext {
  settings: Settings;
  requests: ReferenceRequests;
  /** The class of the build that is measured. */
  scorerClass: typeof FraudScorer;
}

export async function measure(name: MeasureName, context: MeasureContext): Promise<Measured> {
  await using resources = new Resources();
  const { settings, requests } = context;
  switch (name) {
    case 'limit': {
      const loops = resources.add(await BareLoops.start(settings.model, workers, settings.limitBatchSize));
      await loops.run(settings.sliceMs / 4);
      return { perSecond: await loops.run(settings.sliceMs) };
    }
    case 'leastHost': {
      const least = new LeastHost(requests.rowSize, settings.outstanding);
      return saturated(settings, (index) => least.score(requests.at(index)));
    }
    case 'floor':
      return open(context, resources, async () => null);
    default:
      return ofScorer(name, context, resources);
  }
}

async function ofScorer(
  name: 'score' | 'scoreMany' | 'scoreColumns' | 'open',
  context: MeasureContext,
  resources: Resources,
): Promise<Measured> {
  const { settings, requests, scorerClass } = context;
  // Not even a long stall has a request turned away: it counts as long as it waited.
  const limits = { maxQueueSize: 100_000, timeoutMs: 60_000 };
  const options = { model: settings.model, providers: ['cpu'] as const, workers, ...limits };
  const scorer = resources.add(await scorerClass.create(options));
  if (name === 'open') return open(context, resources, (index) => scorer.score(requests.at(index)));
  if (name === 'score') return saturated(settings, (index) => scorer.score(requests.at(index)));
  if (name === 'scoreMany') {
    const lists = Array.from({ length: openLists }, (_, list) =>
      Array.from({ length: listLength }, (_, place) => requests.at(list * listLength + place)),
    );
    const call = (index: number): Promise<unknown> => scorer.scoreMany(lists[index % openLists] ?? []);
    return { perSecond: await twice(settings, { callers: openLists, call, rowsPerCall: listLength }) };
  }
  const columns = requests.columns(settings.columnRows);
  const call = (): Promise<unknown> => scorer.scoreColumns({ ...columns }, settings.columnRows);
  return { perSecond: await twice(settings, { callers: openColumnCalls, call, rowsPerCall: settings.columnRows }) };
}

type Calls = Omit<Parameters<typeof closedLoop>[0], 'durationMs'>;

/** Once to warm up. */
async function twice({ sliceMs }: Settings, calls: Calls): Promise<number> {
  await closedLoop({ ...calls, durationMs: sliceMs / 2 });
  return closedLoop({ ...calls, durationMs: sliceMs });
}

async function saturated(settings: Settings, score: Send): Promise<Measured> {
  const { outstanding, sliceMs } = settings;
  const latencies = new Float64Array(sliceMs * 2_000);
  let count = 0;
  const call = async (index: number): Promise<void> => {
    const start = performance.now();
    await score(index);
    latencies[count++ % latencies.length] = performance.now() - start;
  };
  await closedLoop({ callers: outstanding, durationMs: sliceMs / 2, call });
  count = 0;
  const perSecondTimed = await closedLoop({ callers: outstanding, durationMs: sliceMs, call });
  const p99Ms = percentile(latencies.subarray(0, Math.min(count, latencies.length)), 0.99);
  // Apart, as looking at the clock costs what is measured.
  const garbage = new GarbageWatch();
  const perSecond = await closedLoop({ callers: outstanding, durationMs: sliceMs, call: score });
  const { allocated, promoted } = garbage.stop();
  const seconds = sliceMs / 1000;
  return {
    perSecond,
    perSecondTimed,
    p99Ms,
    bytesPerRequest: allocated / (perSecond * seconds),
    promotedShare: allocated === 0 ? 0 : promoted / allocated,
  };
}

async function open({ settings }: MeasureContext, resources: Resources, send: Send): Promise<Measured> {
  const pace = resources.add(new Pacer(settings.tickMs));
  const { sliceMs: durationMs } = settings;
  await openLoop({ ratePerSecond: 10_000, durationMs: durationMs / 2, pace, send });
  const before = performance.eventLoopUtilization();
  const slow = await openLoop({ ratePerSecond: 10_000, durationMs, pace, send });
  const { utilization: busy } = performance.eventLoopUtilization(before);
  const fast = await openLoop({ ratePerSecond: 100_000, durationMs, pace, send });
  return { p99MsAt10k: slow.p99 ?? Number.NaN, p99MsAt100k: fast.p99 ?? Number.NaN, busy };
}

function percentile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)] ?? Number.NaN;
}
