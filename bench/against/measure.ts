import { performance } from 'node:perf_hooks';
import type { FraudScorer, FraudScorerOptions } from 'fraud-scorer';
import { type OpenLoopReport, openLoop, type Send } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import { ReferenceRequests } from '../load/reference-requests.js';
import { type Saturate, saturateColumns, saturateMany, saturateScore } from '../load/saturate.js';
import { Resources } from '../resources.js';
import { BareLoops } from '../rivals/bare-loops.js';
import { LeastHost } from '../rivals/least-host.js';
import { loadBuild } from './build.js';
import { watchGarbage } from './garbage.js';
import { LatencySample, type Score } from './latency-sample.js';
import type { MeasurementTask, Readings } from './measurement.js';

/** Threads of a saturated build, and bare loops beside them. */
export const saturatedWorkers = 2;

/** No request is refused or given up in a stall of the machine: its latency counts. */
const limits = { providers: ['cpu'], maxQueueSize: 100_000, timeoutMs: 60_000 } satisfies FraudScorerOptions;

/** Makes one measurement. The process should do nothing else, before or after. */
export async function measure(task: MeasurementTask): Promise<Readings> {
  const { measurement, settings, windowMs } = task;
  const requests = new ReferenceRequests(task.requests);
  // Each case awaits its result: the resources close when this function returns.
  await using resources = new Resources();
  const create = async (build: string, workers: number): Promise<FraudScorer> => {
    const { FraudScorer } = await loadBuild(build);
    return resources.add(await FraudScorer.create({ ...limits, model: settings.model, workers }));
  };
  const { outstanding, columnRows } = settings;
  switch (measurement.kind) {
    case 'saturated': {
      const scorer = await create(measurement.build, saturatedWorkers);
      if (measurement.call === 'scoreMany') {
        return { perSecond: await warm(saturateMany(scorer, requests, outstanding), windowMs) };
      }
      if (measurement.call === 'scoreColumns') {
        return { perSecond: await warm(saturateColumns(scorer, requests, columnRows), windowMs) };
      }
      return await saturatedCalls((request) => scorer.score(request), requests, outstanding, windowMs);
    }
    case 'bareLoops': {
      const loops = resources.add(await BareLoops.start(settings.model, saturatedWorkers, settings.limitBatchSize));
      return { perSecond: await warm((durationMs) => loops.run(durationMs), windowMs) };
    }
    case 'bareHost': {
      const host = new LeastHost(requests.at(0), outstanding);
      return await saturatedCalls((request) => host.score(request), requests, outstanding, windowMs);
    }
    case 'openLoop': {
      const scorer = await create(measurement.build, measurement.workers);
      const pace = resources.add(new Pacer(settings.tickMs));
      return await atRate(measurement.ratePerSecond, pace, windowMs, (index) => scorer.score(requests.at(index)));
    }
    case 'floor': {
      const pace = resources.add(new Pacer(settings.tickMs));
      return await atRate(measurement.ratePerSecond, pace, windowMs, async () => null);
    }
  }
}

/** @returns rows a second after a warm-up. */
async function warm(saturate: Saturate, windowMs: number): Promise<number> {
  await saturate(windowMs / 2);
  return saturate(windowMs);
}

/** Throughput and P99 in a window after the warm-up, then garbage in a second window: the profiler does not slow the first. */
async function saturatedCalls(
  score: Score,
  requests: ReferenceRequests,
  outstanding: number,
  windowMs: number,
): Promise<Readings> {
  const sample = new LatencySample(score);
  const saturate = saturateScore({ score: sample.score }, requests, outstanding);
  await saturate(windowMs / 2);
  sample.reset();
  const perSecond = await saturate(windowMs);
  const p99Ms = sample.p99Ms;
  const untimed = saturateScore({ score }, requests, outstanding);
  let answered = 0;
  const { allocatedBytes, promotedBytes } = await watchGarbage(async () => {
    const start = performance.now();
    const rate = await untimed(windowMs);
    answered = (rate * (performance.now() - start)) / 1000;
  });
  const promotedShare = promotedBytes / allocatedBytes;
  return { perSecond, p99Ms, garbageBytes: allocatedBytes / answered, promotedShare };
}

/** P99 from the intended send time, and the share of the time that the event loop is busy. */
async function atRate(ratePerSecond: number, pace: Pacer, windowMs: number, send: Send): Promise<Readings> {
  await openLoop({ ratePerSecond, durationMs: windowMs / 2, pace, send });
  const before = performance.eventLoopUtilization();
  const { p99, failed }: OpenLoopReport = await openLoop({ ratePerSecond, durationMs: windowMs, pace, send });
  const busy = performance.eventLoopUtilization(before).utilization;
  if (p99 === null) throw new Error(`${ratePerSecond}/s: expected answers, received none`);
  return { p99Ms: p99, busy, failed };
}
