import type { Provider } from 'fraud-scorer';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Manifest } from '../../../src/models/manifest.js';
import { openModelDirectory } from '../../../src/models/model-directory.js';
import { outputNames } from '../../../src/protocol/output-forms.js';
import type { Cell, ResultTable } from '../../report/result.js';
import { figureOf, median } from '../../statistics.js';
import { openSession } from '../open-session.js';
import { checkOf } from '../report/check.js';
import type { GpuSettings } from '../settings.js';
import type { PartContext, RunPart } from './part.js';

/** From a request alone to more than any queue holds. */
const batchSizes = Array.from({ length: 15 }, (_, power) => 2 ** power);

/** The batch size with a promise, and the promise. */
const promised = { batchSize: 1_024, medianMs: 0.5 };

const warmUpRuns = 5;
const mostSliceMs = 1_000;

/** ms, of each run. */
interface Durations {
  p50: number;
  p99: number;
  runs: number;
}

type Runner = (rows: number, durationMs: number) => Promise<Durations>;

/** `session.run` in a thread of its own with nothing around it, copies to the device and back included. */
export const raw: RunPart = async (context) => {
  const { settings, timeLeft, report } = context;
  const { provider, model } = settings;
  const { manifest, modelPath } = await openModelDirectory(model);
  const providers: Provider[] = provider === 'cpu' ? ['cpu'] : [provider, 'cpu'];
  const runners: Runner[] = [];
  for (const name of providers) runners.push(await open(name, settings, manifest, modelPath));
  const found: Durations[][] = [];
  for (const [index, rows] of batchSizes.entries()) {
    const durations: Durations[] = [];
    for (const run of runners) {
      const left = (batchSizes.length - index) * runners.length - durations.length;
      durations.push(await run(rows, timeLeft.sliceMs(left + 1, mostSliceMs)));
    }
    found.push(durations);
    report.table(tableOf(providers, found));
    const [first] = durations;
    if (rows === promised.batchSize && first !== undefined) say(context, first);
  }
};

function tableOf(providers: readonly Provider[], found: readonly Durations[][]): ResultTable {
  return {
    title: 'session.run, copies included, one session on one thread',
    columns: [
      { name: 'rows' },
      ...providers.flatMap((name) => [
        { name: `${name} P50`, unit: 'ms' } as const,
        { name: 'P99', unit: 'ms' } as const,
        { name: 'rows/s', unit: 'count' } as const,
        { name: 'runs', unit: 'count' } as const,
      ]),
    ],
    rows: found.map((durations, index) => [
      String(batchSizes[index]),
      ...durations.flatMap((one) => cells(one, index)),
    ]),
  };
}

function cells({ p50, p99, runs }: Durations, index: number): Cell[] {
  const rowsPerSecond = ((batchSizes[index] ?? 0) * 1000) / p50;
  return [p50, p99, rowsPerSecond, runs].map((value) => figureOf([value]));
}

function say({ settings, report }: PartContext, { p50, runs }: Durations): void {
  const what = `session.run of ${promised.batchSize.toLocaleString('en')} rows on ${settings.provider}, median of ${runs} runs`;
  report.check(checkOf({ what, bound: 'under', limit: promised.medianMs, unit: 'ms', figure: figureOf([p50]) }));
}

async function open(
  provider: Provider,
  { device }: GpuSettings,
  { inputs, outputs }: Manifest,
  modelPath: string,
): Promise<Runner> {
  const session: InferenceSession = await openSession(modelPath, { provider, device });
  const names = outputNames(outputs);
  const largest = Math.max(...batchSizes);
  const buffers = inputs.map(({ name, size }) => {
    return { name, size, values: Float32Array.from({ length: largest * size }, (_, index) => Math.sin(index)) };
  });
  const feedsOf = (rows: number): Record<string, Tensor> =>
    Object.fromEntries(
      buffers.map(({ name, size, values }) => {
        return [name, new Tensor('float32', values.subarray(0, rows * size), [rows, size])];
      }),
    );
  return async (rows, durationMs) => {
    for (let run = 0; run < warmUpRuns; run += 1) await session.run(feedsOf(rows), names);
    const durations: number[] = [];
    const end = performance.now() + durationMs;
    // A median wants a few runs, however long they take.
    while (performance.now() < end || durations.length < warmUpRuns) {
      const start = performance.now();
      await session.run(feedsOf(rows), names);
      durations.push(performance.now() - start);
    }
    const sorted = durations.sort((a, b) => a - b);
    const p99 = sorted[Math.min(sorted.length - 1, Math.floor(0.99 * sorted.length))] ?? Number.NaN;
    return { p50: median(sorted), p99, runs: sorted.length };
  };
}
