import { alternate, type Contender } from '../../alternate.js';
import { type OpenLoopReport, openLoop, type Send } from '../../load/open-loop.js';
import { Pacer } from '../../load/pacer.js';
import { ReferenceRequests } from '../../load/reference-requests.js';
import { Resources } from '../../resources.js';
import { type Figure, figureOf } from '../../statistics.js';
import { cpuText, openCpuScorer, openScorer, sessionsText } from '../open-scorer.js';
import { checkOf, mustBeNone } from '../report/check.js';
import { tickMs } from '../settings.js';
import type { PartContext, RunPart } from './part.js';

const rates = [10_000, 100_000, 300_000];
const rounds = 3;
const mostSliceMs = 1_500;
const promised = { ratePerSecond: 100_000, p99Ms: 5 };
const quantiles = ['p50', 'p95', 'p99', 'p999'] as const;

interface Target {
  name: string;
  send: Send;
}

/** Latency from the intended send time at Poisson arrivals, beside the generator's own floor and the CPU of the same host. */
export const openLoopLatency: RunPart = async (context) => {
  const { settings, timeLeft } = context;
  const requests = ReferenceRequests.generate();
  await using resources = new Resources();
  const pace = resources.add(new Pacer(tickMs));
  const device = resources.add(await openScorer(settings));
  const targets: Target[] = [
    { name: 'floor', send: async () => null },
    {
      name: `${settings.provider}, ${sessionsText(settings.sessions)}`,
      send: (index) => device.score(requests.at(index)),
    },
  ];
  if (settings.provider !== 'cpu') {
    const cpu = resources.add(await openCpuScorer(settings));
    targets.push({ name: cpuText(settings), send: (index) => cpu.score(requests.at(index)) });
  }
  // Of the provider's; a CPU that is given more than it can do is no loss.
  let failed = 0;
  for (const [index, ratePerSecond] of rates.entries()) {
    const contenders: Contender<OpenLoopReport>[] = targets.map(({ name, send }) => ({
      name,
      slice: (durationMs) => openLoop({ ratePerSecond, durationMs, pace, send }),
    }));
    const slices = (rates.length - index) * targets.length * (rounds + 0.5) + 1;
    const found = await alternate(contenders, { rounds, sliceMs: timeLeft.sliceMs(slices, mostSliceMs) });
    const reports = targets.map(({ name }) => ({ name, slices: found.of(name) }));
    failed += reports[1]?.slices.reduce((sum, slice) => sum + slice.failed, 0) ?? 0;
    say(context, ratePerSecond, reports);
  }
  context.report.check(mustBeNone(`requests of the open loops on ${settings.provider} that failed`, failed));
};

function say(
  { settings, report }: PartContext,
  ratePerSecond: number,
  found: readonly { name: string; slices: readonly OpenLoopReport[] }[],
): void {
  const rate = `${ratePerSecond.toLocaleString('en')}/s`;
  report.table({
    title: `${rate}, from the intended send time`,
    columns: [{ name: '' }, ...['P50', 'P95', 'P99', 'P99.9'].map((name) => ({ name, unit: 'ms' }) as const)],
    rows: found.map(({ name, slices }) => [name, ...quantiles.map((quantile) => latency(slices, quantile))]),
  });
  if (ratePerSecond !== promised.ratePerSecond) return;
  const [floor, device] = found.map(({ slices }) => latency(slices, 'p99'));
  const what = `P99 at ${rate} on ${settings.provider} (the generator's floor: ${floor?.median.toFixed(2) ?? 'unknown'} ms)`;
  report.check(checkOf({ what, bound: 'under', limit: promised.p99Ms, unit: 'ms', figure: device ?? null }));
}

function latency(slices: readonly OpenLoopReport[], quantile: (typeof quantiles)[number]): Figure | null {
  const values = slices.map((slice) => slice[quantile]).filter((value) => value !== null);
  return values.length === 0 ? null : figureOf(values);
}
