import { type ProfileEntry, profileModel } from 'fraud-scorer';
import { gpuBatchSizes, gpuRuns } from '../../../src/deployments/auto-batching.js';
import { recommendBatching } from '../../../src/tools/recommend-batching.js';
import { alternate, type Contender } from '../../alternate.js';
import { openLoop, type Send } from '../../load/open-loop.js';
import { Pacer } from '../../load/pacer.js';
import { ReferenceRequests } from '../../load/reference-requests.js';
import type { ResultTable } from '../../report/result.js';
import { Resources } from '../../resources.js';
import { type Figure, figureOf } from '../../statistics.js';
import { openAutoScorer, openScorer, sessionsText } from '../open-scorer.js';
import { reported } from '../report/check.js';
import { sessionCounts, tickMs } from '../settings.js';
import type { PartContext, PartReport, RunPart } from './part.js';

const targetLatencyMs = 10;
const delaysMs = [0, 1, 2];
const rates = [10_000, 100_000];
const rounds = 3;
const mostSliceMs = 500;

interface Target {
  name: string;
  send: Send;
}

/** What `profileModel` finds of sessions, batch sizes and delays, and whether what `batching: 'auto'` makes of it pays. */
export const batching: RunPart = async (context) => {
  await profile(context);
  const { settings, timeLeft, report } = context;
  await using resources = new Resources();
  const requests = ReferenceRequests.generate();
  const pace = resources.add(new Pacer(tickMs));
  const auto = resources.add(await openAutoScorer(settings));
  const { workers, batching: found } = auto.summary();
  const asAuto = `auto: ${sessionsText(workers.configured)}, at most ${found.maxBatchSize}, delay ${found.maxQueueDelayMs} ms`;
  const targets: Target[] = [
    { name: "the generator's floor", send: async () => null },
    { name: asAuto, send: (index) => auto.score(requests.at(index)) },
  ];
  for (const delayMs of delaysMs) {
    const scorer = resources.add(await openScorer(settings, { maxQueueDelayMs: delayMs }));
    const name = `${sessionsText(settings.sessions)}, delay ${delayMs} ms`;
    targets.push({ name, send: (index) => scorer.score(requests.at(index)) });
  }
  const figures: (Figure | null)[][] = targets.map(() => []);
  for (const [index, ratePerSecond] of rates.entries()) {
    const contenders = targets.map(
      ({ name, send }): Contender<number | null> => ({
        name,
        slice: async (durationMs) => (await openLoop({ ratePerSecond, durationMs, pace, send })).p99,
      }),
    );
    const slices = (rates.length - index) * contenders.length * (rounds + 0.5) + 1;
    const p99s = await alternate(contenders, { rounds, sliceMs: timeLeft.sliceMs(slices, mostSliceMs) });
    for (const [place, { name }] of targets.entries()) {
      const seen = p99s.of(name).filter((p99) => p99 !== null);
      figures[place]?.push(seen.length === 0 ? null : figureOf(seen));
    }
  }
  report.table({
    title: 'P99 from the intended send time, by how batches form',
    columns: [{ name: '' }, ...rates.map((rate) => ({ name: `${rate.toLocaleString('en')}/s`, unit: 'ms' }) as const)],
    rows: targets.map(({ name }, place) => [name, ...(figures[place] ?? [])]),
  });
};

async function profile({ settings, report }: PartContext): Promise<void> {
  const { model, provider, device } = settings;
  const asked = { providers: [provider], device, batchSizes: gpuBatchSizes, sessions: sessionCounts, runs: gpuRuns };
  const { entries, unavailable, outOfMemory } = await profileModel(model, asked);
  report.table(tableOf(entries));
  for (const { sessions, reason } of unavailable) report.note(`With ${sessionsText(sessions)}: ${reason}`);
  for (const { sessions, batchSize } of outOfMemory) {
    report.note(`Memory ran out at ${batchSize} rows in ${sessionsText(sessions)}.`);
  }
  await sayRecommended(entries, report);
}

async function sayRecommended(entries: readonly ProfileEntry[], report: PartReport): Promise<void> {
  const found = await recommendBatching(entries, { target: 'throughput', targetLatencyMs });
  if (found === null) return;
  report.check(reported('sessions a device should carry, by profileModel', found.sessions, 'count'));
  report.check(reported('rows a batch should have at most, by profileModel', found.limits.maxBatchSize, 'count'));
  report.check(reported('delay that pays, by profileModel', found.limits.maxQueueDelayMs, 'ms'));
}

function tableOf(entries: readonly ProfileEntry[]): ResultTable {
  return {
    title: `profileModel: ${gpuRuns} runs of each session`,
    columns: [
      { name: '' },
      { name: 'median', unit: 'ms' },
      { name: 'P99', unit: 'ms' },
      { name: 'rows', unit: 'perSecond' },
    ],
    rows: entries.map(({ sessions, batchSize, latencyMs, rowsPerSecond }) => [
      `${sessionsText(sessions)}, batches of ${batchSize.toLocaleString('en')}`,
      ...[latencyMs.p50, latencyMs.p99, rowsPerSecond].map((value) => figureOf([value])),
    ]),
  };
}
