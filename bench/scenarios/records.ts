import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FraudScorer } from 'fraud-scorer';
import { type FileSinkOptions, recordDecisions } from 'fraud-scorer/records';
import { alternate, type Rounds } from '../alternate.js';
import { type OpenLoopReport, openLoop } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import type { Result, ResultTable } from '../report/result.js';
import { Resources } from '../resources.js';
import { type Figure, figureOf, ratiosOf } from '../statistics.js';
import type { Scenario } from './scenario.js';

const workers = 2;
const names = { plain: 'not recorded', recorded: 'recorded' } as const;

/** The forms of records, each at the rate that it is for. */
const forms = [
  { format: 'binary', ratePerSecond: 100_000 },
  { format: 'ndjson', ratePerSecond: 20_000 },
] as const;

interface Found {
  format: (typeof forms)[number]['format'];
  ratePerSecond: number;
  rounds: Rounds<OpenLoopReport>;
  written: number;
  dropped: number;
}

/** What it costs requests that all decisions are recorded to files. */
export const records: Scenario = {
  name: 'records',
  title: 'Decision records',
  async run({ settings, requests, steps }) {
    await using resources = new Resources();
    const pace = resources.add(new Pacer(settings.tickMs));
    const limits = { maxQueueSize: 200_000, timeoutMs: 60_000 };
    const common = { model: settings.model, workers, ...limits };
    const plain = resources.add(await FraudScorer.create(common));
    const folder = resources.add(await Folder.make());
    steps.expect(forms.length * 2 * settings.slices);
    const found: Found[] = [];
    for (const { format, ratePerSecond } of forms) {
      const scorer = resources.add(await FraudScorer.create(common));
      const sink: FileSinkOptions = { directory: join(folder.path, format), format, keepBytes: 2 * 1024 ** 3 };
      const recorder = recordDecisions(scorer, { sink, mask: { key: 'a key for these figures alone' } });
      const measured = (measuredScorer: FraudScorer) => (durationMs: number) =>
        openLoop({ ratePerSecond, durationMs, pace, send: (index) => measuredScorer.score(requests.at(index)) });
      const contenders = [
        { name: names.plain, slice: measured(plain) },
        { name: names.recorded, slice: measured(scorer) },
      ];
      const rounds = await alternate<OpenLoopReport>(contenders, {
        rounds: settings.slices,
        sliceMs: settings.sliceMs,
        order: 'mirrored',
        onSlice: (name) => steps.done(`${format}, ${name}`),
      });
      await recorder.close();
      const { written, dropped } = recorder.summary();
      found.push({ format, ratePerSecond, rounds, written, dropped });
    }
    return report(found);
  },
};

/** Where the files are while they are written. */
class Folder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), 'bench-records-')));
  }

  async close(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

function report(found: readonly Found[]): Result {
  return {
    tables: found.map(tableOf),
    plots: [],
    goals: found.map((form) => ({
      what: `P99 recorded as ${form.format} at ${form.ratePerSecond.toLocaleString('en')}/s / not recorded`,
      bound: 'under',
      limit: 1.25,
      unit: 'times',
      figure: figureOf(ratiosOf(latencies(form, names.recorded, 'p99'), latencies(form, names.plain, 'p99'))),
    })),
    notes: found.flatMap(notesOf),
  };
}

function tableOf(form: Found): ResultTable {
  const row = (name: string): (string | Figure)[] => [
    name,
    figureOf(latencies(form, name, 'p50')),
    figureOf(latencies(form, name, 'p99')),
  ];
  return {
    title: `score() at ${form.ratePerSecond.toLocaleString('en')}/s, ${workers} workers, records as ${form.format}`,
    columns: [{ name: '' }, { name: 'P50', unit: 'ms' }, { name: 'P99', unit: 'ms' }],
    rows: [row(names.plain), row(names.recorded)],
  };
}

function latencies({ rounds }: Found, name: string, quantile: 'p50' | 'p99'): number[] {
  return rounds.of(name).map((slice) => slice[quantile] ?? Number.NaN);
}

function notesOf({ format, rounds, written, dropped }: Found): string[] {
  const slices = [...rounds.of(names.plain), ...rounds.of(names.recorded)];
  const failed = slices.reduce((sum, slice) => sum + slice.failed, 0);
  return [
    `${format}: ${written.toLocaleString('en')} records written, ${dropped.toLocaleString('en')} dropped.`,
    ...(failed === 0 ? [] : [`${format}: ${failed} requests failed; their latency is not counted.`]),
  ];
}
