import type { DeploymentSummary, ScoreRequest } from 'fraud-scorer';
import { LatencyHistogram } from '../../../src/monitoring/latency-histogram.js';
import { deviceMemoryGb } from '../../../workers/providers/nvidia-smi.js';
import { openLoop } from '../../load/open-loop.js';
import { Pacer } from '../../load/pacer.js';
import { ReferenceRequests } from '../../load/reference-requests.js';
import type { Cell } from '../../report/result.js';
import { Resources } from '../../resources.js';
import { figureOf } from '../../statistics.js';
import { deviceToWatch, MemorySamples } from '../memory-samples.js';
import { openScorer } from '../open-scorer.js';
import { checkOf, mustBeNone, reported } from '../report/check.js';
import { type GpuSettings, tickMs } from '../settings.js';
import { AnswerJudge, shareToldApart } from '../versions/answer-judge.js';
import { DeploysUnderLoad, type Variant } from '../versions/deploys-under-load.js';
import { SwapPhases } from '../versions/swap-phases.js';
import { SwapWindows } from '../versions/swap-windows.js';
import { VersionFolder } from '../versions/version-folder.js';
import { watchSwaps } from '../versions/watch-swaps.js';
import type { PartContext, PartReport, RunPart } from './part.js';

const ratePerSecond = 20_000;
const scales = [1, 1.25, 0.8];
const mostSwapRatio = 3;
const mostDeviceShare = 0.8;
const leastToldApart = 0.5;
const deviceEveryMs = 250;

/** Of the time that is left for the load: for hot updates, and for a shadow after them. The rest is the canary's. */
const hotShare = 0.5;
const shadowShare = 0.1;

/** What closing takes, and the requests that wait where versions take the cores. */
const endMs = 2_000;

/** Hot updates, a shadow and a canary, while requests keep coming: each is answered, with the score of the version that it names. */
export const deploys: RunPart = async (context) => {
  const { settings, timeLeft, report } = context;
  await using resources = new Resources();
  // Before a session maps the device: to start a process afterwards takes the host's time.
  const [watched, device] = [await deviceToWatch(settings), await deviceOf(settings)];
  const samples = new MemorySamples(watched, deviceEveryMs);
  resources.add({ close: async () => samples.stop() });
  const memory = new MemoryTable(report, samples);
  await memory.add('nothing open');

  const { all } = ReferenceRequests.generate();
  const folder = resources.add(await VersionFolder.make(settings.model));
  const variants: Variant[] = [];
  for (const [index, scale] of scales.entries()) {
    variants.push({
      scale,
      expected: await directScores(settings, await folder.version(`direct-${index}`, scale), all),
    });
  }
  report.check(
    checkOf(
      {
        ...{
          what: 'requests whose score tells the versions apart',
          bound: 'at least',
          limit: leastToldApart,
          unit: 'share',
        },
        figure: figureOf([shareToldApart(variants.map(({ expected }) => expected))]),
      },
      true,
    ),
  );

  const first = await folder.version('0-0', scales[0] ?? 1);
  const scorer = resources.add(await openScorer(settings, { model: first }));
  await memory.add('one version');
  const judge = new AnswerJudge();
  judge.admit('0-0', variants[0]?.expected ?? []);
  const [windows, phases] = [new SwapWindows(), new SwapPhases()];
  const now = (): number => performance.now();
  const load = new DeploysUnderLoad({
    ...{ scorer, folder, variants, judge, windows, phases, now },
    onStep: (step) => memory.add(step),
  });

  const durationMs = Math.max(5_000, timeLeft.ms - endMs);
  const end = now() + durationMs;
  const steps = runSteps(load, now() + hotShare * durationMs, shadowShare * durationMs, end);
  // What it fails with is thrown below, once the load is over.
  steps.catch(() => {});
  const unwatch = watchSwaps(scorer, phases, now);
  resources.add({ close: async () => unwatch() });
  const [within, between] = [new LatencyHistogram(), new LatencyHistogram()];
  const pace = resources.add(new Pacer(tickMs));
  const { sent } = await openLoop({
    ...{ ratePerSecond, durationMs, pace, now },
    send: async (index) => {
      const sentAt = now();
      judge.judge(
        await scorer.score({ id: `${index}`, features: all[index % all.length]?.features ?? {} }),
        index,
        sentAt,
      );
    },
    onAnswer: (intended, answered) => {
      (windows.touches(intended, answered) ? within : between).record(answered - intended);
      phases.record('request', intended, answered);
    },
  });
  const { took, shadow, canary } = await steps;
  await load.retireOthers();

  const what = `${sent.toLocaleString('en')} requests at ${ratePerSecond.toLocaleString('en')}/s`;
  const { wrong, notLive, right } = judge.verdicts;
  for (const words of judge.wrongOnes) report.note(words);
  report.note(
    `${what}, ${took.length} hot updates, a shadow and a canary; ${right.toLocaleString('en')} answers were right.`,
  );
  report.check(mustBeNone(`requests lost while versions were deployed (${what})`, sent - right - wrong - notLive));
  report.check(mustBeNone('answers that differ from a direct run of their version', wrong));
  report.check(mustBeNone('answers by a version that did not serve', notLive));
  if (took.length > 0)
    report.check(reported(`${took.length} hot updates, from deploy to serving, each`, figureOf(took), 'ms'));
  sayLatency(report, within, between);
  for (const table of phases.tables) report.table(table);
  sayShadow(report, shadow);
  sayCanary(report, canary);
  sayDevice(context, samples, device);
};

async function runSteps(
  load: DeploysUnderLoad,
  hotUntil: number,
  shadowMs: number,
  end: number,
): Promise<{ took: number[]; shadow: DeploymentSummary | undefined; canary: DeploymentSummary | undefined }> {
  const took = await load.hotUpdates(hotUntil);
  const shadow = await load.shadow(shadowMs);
  return { took, shadow, canary: await load.canary(end) };
}

/** What a scorer of this version alone gives. */
async function directScores(
  settings: GpuSettings,
  model: string,
  requests: readonly ScoreRequest[],
): Promise<number[]> {
  await using scorer = await openScorer(settings, { model, workers: 1 });
  const outcomes = await scorer.scoreMany(requests);
  return outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? (outcome.value.fraudProbability ?? Number.NaN) : Number.NaN,
  );
}

function sayLatency(report: PartReport, within: LatencyHistogram, between: LatencyHistogram): void {
  const [swap, calm] = [within.percentile(99), between.percentile(99)];
  if (calm !== null) report.check(reported('P99 between swaps', calm, 'ms'));
  if (swap !== null) report.check(reported('P99 while a version is loaded and takes its place', swap, 'ms'));
  const figure = swap === null || calm === null ? null : figureOf([swap / calm]);
  report.check(
    checkOf({ what: 'P99 within swaps, as a multiple', bound: 'under', limit: mostSwapRatio, unit: 'times', figure }),
  );
}

function sayShadow(report: PartReport, summary: DeploymentSummary | undefined): void {
  if (summary?.shadow === undefined) {
    report.note('The shadow was not there any more.');
    return;
  }
  const { copied, dropped, flips, latencyMs } = summary.shadow;
  const compared = Object.values(flips)
    .flatMap((row) => Object.values(row))
    .reduce((sum, count) => sum + count, 0);
  report.check(reported('copies that were compared with a shadow', compared, 'count'));
  const reasons = Object.entries(dropped).filter(([, count]) => count > 0);
  const words = reasons.map(([reason, count]) => `${count.toLocaleString('en')} ${reason}`).join(', ');
  report.note(
    `Shadow: ${copied.toLocaleString('en')} copied; dropped: ${words || 'none'}; P99 ${latencyMs.p99?.toFixed(1) ?? 'unknown'} ms.`,
  );
}

/** Whether it is promoted is a matter of latencies, too, and so no must. */
function sayCanary(report: PartReport, summary: DeploymentSummary | undefined): void {
  const { state = 'gone', reason = null } = summary?.canary ?? {};
  const seen = reason === null ? state : `${state}: ${reason}`;
  const what = 'a canary that is the same as the primary';
  report.check({ what, asked: 'promoted', seen, met: state === 'promoted', isMust: false });
}

function sayDevice({ settings, report }: PartContext, samples: MemorySamples, device: { total: number } | null): void {
  if (settings.provider === 'cpu') return;
  const most = samples.device.reduce((highest, { value }) => Math.max(highest, value), 0);
  if (device === null || most === 0) {
    report.note('There is no nvidia-smi that answers: memory of the device is not known.');
    return;
  }
  const figure = figureOf([most / (device.total * 1024)]);
  const what = 'device memory, the most with all versions together';
  report.check(checkOf({ what, bound: 'at most', limit: mostDeviceShare, unit: 'share', figure }, true));
}

async function deviceOf({ provider, device }: GpuSettings): Promise<{ total: number } | null> {
  return provider === 'cpu' ? null : await deviceMemoryGb(device);
}

/** Memory at each step, by the last samples. */
class MemoryTable {
  readonly #report: PartReport;
  readonly #samples: MemorySamples;
  readonly #rows: Cell[][] = [];

  constructor(report: PartReport, samples: MemorySamples) {
    this.#report = report;
    this.#samples = samples;
  }

  async add(step: string): Promise<void> {
    await this.#samples.next();
    const last = (samples: readonly { value: number }[]): Cell => {
      const value = samples.at(-1)?.value;
      return value === undefined ? null : figureOf([value]);
    };
    this.#rows.push([step, last(this.#samples.host), last(this.#samples.device)]);
    this.#report.table({
      title: 'Memory as versions come and go',
      columns: [
        { name: '' },
        { name: "host's process, resident", unit: 'megabytes' },
        { name: 'device, by all processes', unit: 'megabytes' },
      ],
      rows: this.#rows,
    });
  }
}
