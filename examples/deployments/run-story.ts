import { FraudScorer } from 'fraud-scorer';
import type { Clock } from '../replay/clock.js';
import { formatCount } from '../replay/format.js';
import type { Display } from './display.js';
import type { StoryOptions } from './options.js';
import { RecentShares } from './recent-shares.js';
import { prepareRequests } from './requests.js';
import { Stage, StoryEnded } from './stage.js';
import { paces, tell } from './story.js';
import { Traffic } from './traffic.js';

const champion = new URL('models/visa-fraud/1', import.meta.resolve('fraud-scorer/package.json'));

/** Days of generated transactions. They are sent again and again. */
const days = { normal: 4, quick: 2 };

export interface StoryHost {
  clock: Clock;
  display: Display;
  /** Aborted to stop. */
  stop: AbortSignal;
}

/** Tells the story from the first request to the last. @returns the checks that failed. */
export async function runStory(options: StoryOptions, { clock, display, stop }: StoryHost): Promise<readonly string[]> {
  const speed = options.quick ? 'quick' : 'normal';
  display.note('Generating transactions, and building their features …');
  const requests = prepareRequests(14, days[speed]);
  const [example] = requests;
  if (example === undefined) throw new Error('there are no requests');
  await using scorer = await FraudScorer.create({
    model: champion,
    workers: 2,
    // A transaction that no version answers is sent to review.
    fallback: 'REVIEW',
    // The hour and the weekday are sent even before a version knows them.
    unknownFeatures: 'ignore',
    // This process makes its own load on the same cores, so it is not suitable for measuring latencies.
    alerts: { maxLatencyMs: 1_000 },
  });
  const traffic = new Traffic(scorer, requests, options.rate, clock);
  const stage = new Stage({ scorer, traffic, example, clock, display, stop, patienceMs: 1_000 * options.patience });
  const stopShowing = clock.every(display.periodMs, pictures(stage, clock, display));
  try {
    await tell(stage, paces[speed]);
    await end(stage);
  } catch (error) {
    if (!(error instanceof StoryEnded)) throw error;
    display.note(`\n${error.message}`);
  } finally {
    traffic.stop();
    stopShowing();
  }
  return stage.failures;
}

/** @returns a function that shows the current state. */
function pictures(stage: Stage, clock: Clock, display: Display): () => void {
  const startMs = clock.now();
  const shares = new RecentShares();
  return () => {
    const now = clock.now();
    display.show({
      elapsedSeconds: (now - startMs) / 1_000,
      chapter: stage.chapter,
      deployments: stage.scorer.deployments(),
      seen: shares.add(now, stage.traffic.answered),
      fallback: stage.traffic.fallback,
    });
  };
}

async function end(stage: Stage): Promise<void> {
  const { traffic } = stage;
  stage.begin('8. The end', 'What became of all transactions.');
  traffic.stop();
  await stage.until('all are answered', () => traffic.isIdle);
  const byModel = [...traffic.answered].sort();
  const total = byModel.reduce((sum, [, count]) => sum + count, traffic.fallback);
  for (const [version, count] of byModel) stage.say(`version ${version} answered ${formatCount(count)}`);
  stage.say(`the fallback decided ${formatCount(traffic.fallback)}`);
  for (const [code, count] of traffic.errors) stage.say(`${code}: ${formatCount(count)}`);
  stage.check(`${formatCount(traffic.sent)} were sent, and each got one decision`, total === traffic.sent);
}
