import type { FraudScorer } from 'fraud-scorer';
import { ReferenceRequests } from '../../load/reference-requests.js';
import { Resources } from '../../resources.js';
import { figureOf } from '../../statistics.js';
import { tolerance } from '../correctness/differences.js';
import { openCpuScorer, openScorer } from '../open-scorer.js';
import { checkOf, mustBeNone, reported } from '../report/check.js';
import type { RunPart } from './part.js';

/** In flight on the scorer that serves beside those that start. */
const outstanding = 64;

/** What closing takes. */
const endMs = 1_000;

/** Each scorer answers all requests so often, that each of its sessions gets some. */
const rounds = 2;

/**
 * Scorers that start one after the other while another serves: each of their sessions must score as the CPU does. On the device a session may be
 * unlike the one before it: see `workers/providers/precise-session.ts`.
 */
export const starts: RunPart = async ({ settings, timeLeft, report }) => {
  await using resources = new Resources();
  const { all } = ReferenceRequests.generate();
  const expected = await scoresOf(await openCpuScorer(settings, { workers: 1 }), 1);
  const serving = resources.add(await openScorer(settings));
  const end = performance.now() + Math.max(2_000, timeLeft.ms - endMs);
  let sent = 0;
  const callAgain = async (): Promise<void> => {
    while (performance.now() < end) await serving.score(all[sent++ % all.length] ?? { features: {} });
  };
  const load = Promise.all(Array.from({ length: outstanding }, callAgain));

  const tookMs: number[] = [];
  let [largest, wrong, again] = [0, 0, 0];
  while (performance.now() < end) {
    const start = performance.now();
    const scorer = await openScorer(settings);
    tookMs.push(performance.now() - start);
    if (JSON.stringify(scorer.health()).includes('the session was opened')) again += 1;
    const seen = await scoresOf(scorer, rounds);
    const difference = seen.reduce(
      (most, score, index) => Math.max(most, Math.abs(score - (expected[index % expected.length] ?? 0))),
      0,
    );
    if (!(difference <= tolerance)) wrong += 1;
    largest = Math.max(largest, difference);
  }
  await load;
  const what = `${tookMs.length} scorers of ${settings.sessions} sessions, opened one after the other`;
  report.check(mustBeNone(`${what}: with a score further than ${tolerance} from the CPU's`, wrong));
  report.check(
    checkOf(
      {
        what: 'largest difference',
        bound: 'at most',
        limit: tolerance,
        unit: 'ratio',
        figure: figureOf([largest]),
      },
      true,
    ),
  );
  report.check(reported('to start one', figureOf(tookMs), 'ms'));
  report.note(`At least ${again} of them gave up a session that rounded to less than float32, and opened another.`);

  /** Closes it. */
  async function scoresOf(scorer: FraudScorer, times: number): Promise<number[]> {
    await using one = scorer;
    const scores: number[] = [];
    for (let round = 0; round < times; round += 1) {
      for (const outcome of await one.scoreMany(all)) {
        scores.push(outcome.status === 'fulfilled' ? (outcome.value.fraudProbability ?? Number.NaN) : Number.NaN);
      }
    }
    return scores;
  }
};
