import { setTimeout } from 'node:timers/promises';
import { FraudScorer, FraudScorerError } from 'fraud-scorer';
import { LatencyHistogram } from '../../src/monitoring/latency-histogram.js';
import { VersionDirectories } from '../../test/chaos/faults/version-directories.js';
import { type DirectScores, readModel, runDirectly } from '../../test/chaos/oracle/direct-run.js';
import { openLoop } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import { ReferenceRequests } from '../load/reference-requests.js';
import { Resources } from '../resources.js';
import type { Steps } from '../scenarios/scenario.js';
import { median } from '../statistics.js';
import { MemoryGrowth } from './memory-growth.js';
import { SwapWindows } from './swap-windows.js';
import type { SwapReport, SwapTask } from './task.js';

const workers = 2;
const rowCount = 1_024;

/** A version is the primary, then the standby, and retires: the first of four is free again when its turn comes. */
const names = ['a', 'b', 'c', 'd'];

/** Deploys one version after the other under load, and holds each answer against a direct run of the version that it names. */
export async function measureUpdates({ settings, keepPreviousMs }: SwapTask, steps: Steps): Promise<SwapReport> {
  await using directories = await VersionDirectories.make(settings.model);
  await using resources = new Resources();
  const requests = ReferenceRequests.generate(rowCount);
  const versions = await versionsOf(directories, requests);
  const pace = resources.add(new Pacer(settings.tickMs));
  const [first] = versions;
  const limits = { timeoutMs: 60_000 };
  const scorer = resources.add(
    await FraudScorer.create({ model: first.directory, workers, keepPreviousMs, ...limits }),
  );
  let primary = first;
  scorer.on('deployment', ({ type, version }) => {
    if (type === 'deployed') primary = versions.find(({ name }) => name === version) ?? primary;
  });

  const { swaps, restMs, ratePerSecond } = settings.hotUpdates;
  const [within, between] = [new LatencyHistogram(), new LatencyHistogram()];
  const [windows, memory] = [new SwapWindows(), new MemoryGrowth()];
  const stop = new AbortController();
  let [wrong, misrouted] = [0, 0];
  const lostBy: Record<string, number> = {};
  const send = async (index: number): Promise<void> => {
    const expected = primary;
    const result = await scorer.score(requests.at(index)).catch((error: unknown) => {
      const code = error instanceof FraudScorerError ? error.code : String(error);
      lostBy[code] = (lostBy[code] ?? 0) + 1;
      throw error;
    });
    if (result.source !== 'model' || result.model.version !== expected.name) misrouted += 1;
    const row = expected.scores[index % rowCount];
    if (result.fraudProbability !== row?.fraudProbability || result.riskScore !== row?.riskScore) wrong += 1;
  };
  const onAnswer = (intended: number, answered: number): void =>
    (windows.includes(intended) ? within : between).record(answered - intended);
  const load = openLoop({
    ratePerSecond,
    durationMs: Number.POSITIVE_INFINITY,
    pace,
    send,
    onAnswer,
    signal: stop.signal,
  });
  await setTimeout(2_000);
  for (let swap = 1; swap <= swaps; swap += 1) {
    const { directory } = versions[swap % versions.length] ?? first;
    windows.begin(performance.now());
    await scorer.deploy(directory);
    windows.end(performance.now());
    await setTimeout(restMs);
    memory.take();
    steps.done(`hot updates, keepPreviousMs ${keepPreviousMs}`);
  }
  stop.abort();
  const { sent, failed } = await load;
  const { abandoned } = await scorer.close();
  return {
    growthMb: memory.perSwapMb,
    load: {
      ...{ sent, wrong, misrouted, lost: failed + abandoned, lostBy },
      p99WithinMs: within.percentile(99) ?? Number.NaN,
      p99BetweenMs: between.percentile(99) ?? Number.NaN,
      swapMs: median(windows.durations),
    },
  };
}

interface Version {
  name: string;
  directory: string;
  scores: readonly DirectScores[];
}

async function versionsOf(
  directories: VersionDirectories,
  requests: ReferenceRequests,
): Promise<[Version, ...Version[]]> {
  const rows = requests.all.map(({ features }) => features as Record<string, Float32Array>);
  const versions: Version[] = [];
  for (const [index, name] of names.entries()) {
    const directory = await directories.serving(name, 0.8 + 0.2 * index);
    versions.push({ name, directory, scores: await runDirectly(readModel(directory), rows) });
  }
  const [first, ...others] = versions;
  if (first === undefined) throw new Error('there are no versions');
  return [first, ...others];
}
