import { setTimeout as sleep } from 'node:timers/promises';
import { setEnvironmentData } from 'node:worker_threads';
import type { FraudScorer } from 'fraud-scorer';
import { openLoop } from '../../load/open-loop.js';
import { Pacer } from '../../load/pacer.js';
import { ReferenceRequests } from '../../load/reference-requests.js';
import { Resources } from '../../resources.js';
import { tolerance } from '../correctness/differences.js';
import { openScorer } from '../open-scorer.js';
import { mustBeNone, reported } from '../report/check.js';
import { tickMs } from '../settings.js';
import type { RunPart } from './part.js';

const ratePerSecond = 20_000;
const mostDurationMs = 10_000;

/** After the last worker got ready, so that no request meets two deaths. */
const calmMs = 200;

const pollMs = 5;

/** Workers that die with batches in hand, one after the other, while requests keep coming: each is answered, and with its own score. */
export const kill: RunPart = async ({ settings, timeLeft, report }) => {
  const deaths = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setEnvironmentData('deaths', deaths);
  const requests = ReferenceRequests.generate();
  await using resources = new Resources();
  const workerFile = new URL('./mortal-worker.mjs', import.meta.url);
  const scorer = resources.add(await openScorer(settings, { workerFile }));
  const expected: number[] = [];
  for (const outcome of await scorer.scoreMany(requests.all)) {
    expected.push(outcome.status === 'fulfilled' ? (outcome.value.fraudProbability ?? Number.NaN) : Number.NaN);
  }
  const pace = resources.add(new Pacer(tickMs));
  const load = { isOver: false };
  const killing = killAgainAndAgain(scorer, deaths, load);
  let wrong = 0;
  const { sent, failed, p50, p99 } = await openLoop({
    ratePerSecond,
    durationMs: Math.min(mostDurationMs, timeLeft.ms * 0.7),
    pace,
    send: async (index) => {
      const { fraudProbability } = await scorer.score(requests.at(index));
      const difference = Math.abs((fraudProbability ?? Number.NaN) - (expected[index % expected.length] ?? Number.NaN));
      if (!(difference <= tolerance)) wrong += 1;
    },
  });
  load.isOver = true;
  const recoveries = await killing;
  const { lost } = scorer.summary().workers;
  const load20 = `${sent.toLocaleString('en')} requests at ${ratePerSecond.toLocaleString('en')}/s`;
  report.check({
    ...{ what: `workers killed under load (${load20})`, asked: 'at least 1', isMust: true },
    ...{ seen: String(lost), met: lost > 0 },
  });
  report.check(mustBeNone('requests lost to them', failed));
  report.check(mustBeNone('requests answered with the score of another', wrong));
  if (p50 !== null && p99 !== null) report.check(reported('P99 meanwhile', p99, 'ms'));
  const slowest = Math.max(...recoveries);
  if (recoveries.length > 0) report.check(reported('the longest until a worker was replaced', slowest, 'ms'));
};

/** @returns how long each replacement took, in ms. */
async function killAgainAndAgain(
  scorer: FraudScorer,
  deaths: Int32Array,
  load: { isOver: boolean },
): Promise<number[]> {
  const recoveries: number[] = [];
  while (!load.isOver) {
    await sleep(calmMs);
    const { lost } = scorer.summary().workers;
    const start = performance.now();
    Atomics.store(deaths, 0, 1);
    const isRecovered = (): boolean => {
      const workers = scorer.summary().workers;
      return workers.lost > lost && workers.ready === workers.configured;
    };
    while (!load.isOver && !isRecovered()) await sleep(pollMs);
    if (isRecovered()) recoveries.push(performance.now() - start);
  }
  Atomics.store(deaths, 0, 0);
  return recoveries;
}
