import { FraudScorer } from 'fraud-scorer';
import { openLoop } from '../load/open-loop.js';
import { Pacer } from '../load/pacer.js';
import { ObservedHost } from '../observing/observed-host.js';
import type { Plot, Result } from '../report/result.js';
import { Resources } from '../resources.js';
import type { MemorySettings } from '../settings.js';
import { figureOf } from '../statistics.js';
import { riseInAll, type Sample, windowMedians } from '../trend.js';
import type { Scenario, ScenarioContext } from './scenario.js';

const workers = 2;
const sampleEveryMs = 1_000;
const mebibyte = 2 ** 20;

/** Where memory is, in megabytes, a sample a second. */
type Memory = Record<'rss' | 'heapUsed' | 'external', Sample[]>;

/** Whether memory grows while the scorer does the same all the time. */
export const memory: Scenario = {
  name: 'memory',
  title: 'Memory over time',
  run: (context) => measureMemory(context, context.settings.memory, false),
};

/** The same while metrics are scraped each second, a live page is open, and drift is looked at: 48 million requests. */
export const observedMemory: Scenario = {
  name: 'observed-memory',
  title: 'Memory over time, with metrics, a live page and drift',
  run: (context) => measureMemory(context, context.settings.observedMemory, true),
};

async function measureMemory(
  { settings, requests, steps }: ScenarioContext,
  plan: MemorySettings,
  isObserved: boolean,
): Promise<Result> {
  await using resources = new Resources();
  const pace = resources.add(new Pacer(settings.tickMs));
  const limits = { timeoutMs: 10_000, ...(isObserved ? { maxQueueSize: 200_000 } : {}) };
  const scorer = resources.add(await FraudScorer.create({ model: settings.model, workers, ...limits }));
  const host = isObserved ? resources.add(await ObservedHost.listen(scorer)) : null;
  const { ratePerSecond, minutes } = plan;
  const durationMs = minutes * 60_000;
  steps.expect(Math.floor(durationMs / sampleEveryMs));
  const watch = new MemoryWatch(() => steps.done(`${ratePerSecond.toLocaleString('en')}/s`));
  const send = (index: number): Promise<unknown> => scorer.score(requests.at(index));
  const load = () => openLoop({ ratePerSecond, durationMs, pace, send });
  const { sent, failed } = await (host === null ? load() : host.whileWatched(load));
  return report(watch.stop(), plan, { sent, failed });
}

class MemoryWatch {
  readonly #memory: Memory = { rss: [], heapUsed: [], external: [] };
  readonly #timer: NodeJS.Timeout;

  constructor(onSample: () => void) {
    const start = performance.now();
    this.#timer = setInterval(() => {
      const seconds = (performance.now() - start) / 1000;
      const { rss, heapUsed, external } = process.memoryUsage();
      this.#memory.rss.push({ seconds, value: rss / mebibyte });
      this.#memory.heapUsed.push({ seconds, value: heapUsed / mebibyte });
      this.#memory.external.push({ seconds, value: external / mebibyte });
      onSample();
    }, sampleEveryMs);
  }

  stop(): Memory {
    clearInterval(this.#timer);
    return this.#memory;
  }
}

function report(memory: Memory, plan: MemorySettings, { sent, failed }: { sent: number; failed: number }): Result {
  const { ratePerSecond, minutes, settleMinutes, windowSeconds } = plan;
  const windows = windowMedians(memory.rss, windowSeconds);
  const settled = windows.filter(({ seconds }) => seconds > settleMinutes * 60);
  const rise = riseInAll(settled);
  const first = settled[0]?.value;
  return {
    tables: [
      {
        title: `${ratePerSecond.toLocaleString('en')}/s for ${minutes} minutes, ${workers} workers`,
        columns: [
          { name: 'resident memory, medians of windows' },
          { name: `after ${settleMinutes} minutes`, unit: 'megabytes' },
          { name: 'in the end', unit: 'megabytes' },
          { name: 'rise of the line through them', unit: 'share' },
        ],
        rows: [
          [
            `${settled.length} windows of ${windowSeconds} s`,
            first === undefined ? null : figureOf([first]),
            first === undefined ? null : figureOf([settled.at(-1)?.value ?? first]),
            rise === null ? null : figureOf([rise]),
          ],
        ],
      },
    ],
    plots: [plotOf(memory)],
    goals: [
      {
        what: 'resident memory, rise of the medians after the second minute',
        bound: 'under',
        limit: 0.03,
        unit: 'share',
        figure: rise === null ? null : figureOf([rise]),
      },
    ],
    notes: [`${sent.toLocaleString('en')} requests were sent, ${failed.toLocaleString('en')} failed.`],
  };
}

function plotOf({ rss, heapUsed, external }: Memory): Plot {
  const points = (samples: readonly Sample[]): number[] => samples.map(({ value }) => Math.round(value * 10) / 10);
  return {
    file: 'memory',
    title: 'Memory of the process',
    kind: 'lines',
    x: { name: 'seconds', values: rss.map(({ seconds }) => Math.round(seconds * 10) / 10) },
    y: { name: '', unit: 'megabytes' },
    series: [
      { name: 'resident', points: points(rss) },
      { name: "host's heap", points: points(heapUsed) },
      { name: 'external', points: points(external) },
    ],
  };
}
