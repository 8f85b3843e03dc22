import { openLoop } from '../../load/open-loop.js';
import { Pacer } from '../../load/pacer.js';
import { ReferenceRequests } from '../../load/reference-requests.js';
import { Resources } from '../../resources.js';
import { figureOf } from '../../statistics.js';
import { riseInAll, type Sample, windowMedians } from '../../trend.js';
import { deviceToWatch, MemorySamples } from '../memory-samples.js';
import { openScorer } from '../open-scorer.js';
import { checkOf, mustBeNone, reported } from '../report/check.js';
import { tickMs } from '../settings.js';
import type { PartContext, RunPart } from './part.js';

const ratePerSecond = 50_000;
const windowSeconds = 10;

/** Of the time, until all is warm: code compiled, heaps and arenas grown. */
const settleShare = 0.4;

/** A shorter soak ends before memory has settled, and tells nothing of what it does later. */
const leastSeconds = 180;

const mostRise = 0.03;

/** `closing` takes a while where a device's memory is given back. */
const endMs = 3_000;

/** The same load for minutes: whether memory, of the host and of the device, stays where it is, and every request is answered. */
export const soak: RunPart = async (context) => {
  const { settings, timeLeft, report } = context;
  const requests = ReferenceRequests.generate();
  await using resources = new Resources();
  // Before a session maps the device: to start a process afterwards takes the host's time.
  const watched = await deviceToWatch(settings);
  const pace = resources.add(new Pacer(tickMs));
  const scorer = resources.add(await openScorer(settings));
  const durationMs = Math.max(1_000, Math.min(settings.soakSeconds * 1000, timeLeft.ms - endMs));
  const seconds = Math.round(durationMs / 1000);
  if (seconds < settings.soakSeconds)
    report.shortened(`${seconds} of ${settings.soakSeconds} s, in the time there was`);
  const samples = new MemorySamples(watched);
  const send = (index: number): Promise<unknown> => scorer.score(requests.at(index));
  const { sent, failed, p99 } = await openLoop({ ratePerSecond, durationMs, pace, send });
  samples.stop();
  const what = `soak of ${seconds} s at ${ratePerSecond.toLocaleString('en')}/s (${sent.toLocaleString('en')} requests)`;
  report.check(mustBeNone(`${what}: requests that failed`, failed));
  if (p99 !== null) report.check(reported(`${what}: P99`, p99, 'ms'));
  sayRise(context, `${what}: host memory, rise of the medians`, samples.host, seconds);
  if (settings.provider !== 'cpu') {
    sayRise(context, `${what}: device memory, rise of the medians`, samples.device, seconds);
  }
};

function sayRise({ report }: PartContext, what: string, samples: readonly Sample[], seconds: number): void {
  const windows = windowMedians(samples, Math.min(windowSeconds, seconds / 10));
  const rise = riseInAll(windows.filter((sample) => sample.seconds > settleShare * seconds));
  const figure = rise === null ? null : figureOf([rise]);
  const check = checkOf({ what, bound: 'under', limit: mostRise, unit: 'share', figure }, true);
  const first = samples[0]?.value.toFixed(0);
  report.note(
    `${what}: ${first ?? 'unknown'} MB at first, ${samples.at(-1)?.value.toFixed(0) ?? 'unknown'} MB in the end.`,
  );
  report.check(seconds < leastSeconds ? { ...check, seen: `${check.seen} (too short to tell)`, met: null } : check);
}
