import { cp, mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CanaryOptions, type ComparisonSummary, FraudScorerError, type RateDifference } from 'fraud-scorer';
import type { Stage } from './stage.js';
import { countFlips } from './view.js';

/** The speed of the story. */
export interface Pace {
  /** How long to watch a state in which nothing happens, in ms. */
  lookMs: number;
  /** How many copies to compare before the shadow is judged. */
  compared: number;
  canary: CanaryOptions;
}

/**
 * The limits of the story's canaries. Version 1 blocks fewer than one transaction in a hundred, so one more in a hundred is a lot. The
 * limit for the ratio of latencies is generous, because this process shares its cores with its own load.
 */
const limits: CanaryOptions = { minRequests: 50, maxBlockRateChange: 0.01, maxLatencyRatio: 10 };

export const paces: Record<'normal' | 'quick', Pace> = {
  normal: { lookMs: 4_000, compared: 10_000, canary: { ...limits, steps: [0.25, 0.5, 1], stepMs: 4_000 } },
  quick: { lookMs: 1_000, compared: 2_000, canary: { ...limits, steps: [0.4, 1], stepMs: 2_000 } },
};

const directoryOf = (version: string): URL => new URL(`models/${version}`, import.meta.url);

/** Tells the whole story. @throws {StoryEnded} if it cannot go on. */
export async function tell(stage: Stage, pace: Pace): Promise<void> {
  await champion(stage, pace);
  await shadow(stage, pace);
  await canary(stage, pace);
  await backAndForth(stage, pace);
  await eagerCanary(stage, pace);
  await brokenFile(stage);
  await failingPrimary(stage, pace);
}

async function champion(stage: Stage, pace: Pace): Promise<void> {
  stage.begin('1. The champion', 'Version 1, a network on 100 features, answers every transaction.');
  const answered = await stage.until('it answers', () => stage.traffic.answeredBy('1') > 100 && stage.traffic.answered);
  await stage.pause(pace.lookMs);
  stage.check('all answers are of version 1', answered.size === 1);
}

async function shadow(stage: Stage, pace: Pace): Promise<void> {
  stage.begin(
    '2. A shadow with other features',
    'Version 2, a regression on 13 features, two of which version 1 does not know, gets copies of the same transactions. It answers nobody.',
  );
  await stage.scorer.deploy(directoryOf('2'), { traffic: 'shadow' });
  const { flips, scoreDifference, psi } = await stage.until(`${pace.compared} copies are compared`, () => {
    const seen = stage.version('2')?.shadow;
    const { same, different } = seen === undefined ? { same: 0, different: 0 } : countFlips(seen.flips);
    return same + different >= pace.compared && seen;
  });
  const { same, different } = countFlips(flips);
  stage.say(`Of ${same + different} compared, ${different} are decided otherwise. Version 1 → version 2:`);
  for (const [primary, byShadow] of Object.entries(flips)) {
    for (const [decision, count] of Object.entries(byShadow)) {
      if (primary !== decision && count > 0) stage.say(`  ${primary} → ${decision}: ${count}`);
    }
  }
  stage.say(`Its scores differ by ${scoreDifference.p95?.toFixed(4)} at most in 95 % of them; PSI ${psi?.toFixed(3)}.`);
  stage.check('the shadow has answered nobody', stage.traffic.answeredBy('2') === 0);

  const before = stage.version('2')?.shadow?.dropped.notReadable ?? 0;
  const { features } = stage.example;
  const { weekday: _, ...others } = features;
  const result = await stage.scorer.score({ id: 'tx-without-weekday', features: others });
  const dropped = stage.version('2')?.shadow?.dropped.notReadable ?? 0;
  stage.check(
    'a transaction without the weekday, which only the shadow needs, is answered, and the shadow leaves it out',
    result.source === 'model' && dropped === before + 1,
  );
}

async function canary(stage: Stage, pace: Pace): Promise<void> {
  stage.begin(
    '3. A canary',
    'Version 2 decides nearly everything as version 1 does. So it gets a share of the customers, then more, then all.',
  );
  // A live version cannot be deployed again.
  await stage.scorer.retire('2');
  await stage.scorer.deploy(directoryOf('2'), { canary: pace.canary });
  let comparison: ComparisonSummary | undefined;
  await stage.until('the canary is promoted', () => {
    comparison = stage.version('2')?.comparison ?? comparison;
    return stage.event('promoted');
  });
  if (comparison !== undefined) stage.say(`Compared with version 1, ${inWords(comparison.block)}.`);
  stage.check('version 2 has all of the traffic', stage.version('2')?.role === 'primary');
  stage.check('version 1 is kept warm', stage.version('1')?.role === 'standby');
  await stage.pause(pace.lookMs);
}

async function backAndForth(stage: Stage, pace: Pace): Promise<void> {
  stage.begin('4. Back, and forth again', 'Somebody has doubts, and wants version 1 back at once.');
  const startMs = performance.now();
  await stage.scorer.rollback();
  const tookMs = performance.now() - startMs;
  stage.check(`version 1 has all of the traffic again, after ${tookMs.toFixed(1)} ms`, tookMs < 1_000);
  await stage.pause(pace.lookMs / 2);
  stage.say('The doubts are gone.');
  await stage.scorer.promote('2');
  stage.check('version 2 is the primary again', stage.version('2')?.role === 'primary');
}

async function eagerCanary(stage: Stage, pace: Pace): Promise<void> {
  stage.begin(
    '5. A canary that blocks far too much',
    'Version 3 was trained with each fraud counted 300 times. Nobody looks on: the guard of the block share must stop it.',
  );
  await stage.scorer.deploy(directoryOf('3'), { canary: { ...pace.canary, stepMs: 60_000 } });
  const { guard, seen, allowed } = await stage.until('the canary is aborted', () => stage.event('canaryAborted'));
  stage.check(
    `it broke ${guard}: ${inPoints(seen)} seen, ${inPoints(allowed)} allowed`,
    guard === 'maxBlockRateChange',
  );
  await stage.until('version 3 is retired', () => stage.isRetired('3'));
  const answered = stage.traffic.answeredBy('3');
  await stage.pause(pace.lookMs / 2);
  stage.check('version 3 answers nothing any more', stage.traffic.answeredBy('3') === answered);
  stage.check('version 2 has all of the traffic', stage.version('2')?.traffic === 1);
}

async function brokenFile(stage: Stage): Promise<void> {
  stage.begin('6. A file that is not whole', 'Version 3 again, of which half was copied.');
  const folder = await mkdtemp(join(tmpdir(), 'deployments-'));
  try {
    await cp(fileURLToPath(directoryOf('3')), folder, { recursive: true });
    await truncate(join(folder, 'model.onnx'), 500);
    const code = await stage.scorer.deploy(folder).then(
      () => 'it was deployed',
      (error: unknown) => (error instanceof FraudScorerError ? error.code : String(error)),
    );
    stage.check(`it is refused: ${code}`, code === 'ERR_MODEL_INTEGRITY');
    stage.check('version 2 serves on', stage.version('2')?.traffic === 1);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function failingPrimary(stage: Stage, pace: Pace): Promise<void> {
  stage.begin(
    '7. A failure that no check can know',
    'Version 4 takes the logarithm of a logarithm. It scores half of the rows of its trial run, so it gets all of the traffic; but nine in ten\nreal transactions get no score from it. The fallback decides those, until version 2 takes over by itself.',
  );
  const fallbackBefore = stage.traffic.fallback;
  const { since } = await stage.scorer.deploy(directoryOf('4'));
  const { at } = await stage.until('the primary fails over', () => stage.event('failedOver'));
  stage.check(
    `version 2 has taken over, ${at - since} ms after version 4 began`,
    stage.version('2')?.role === 'primary',
  );
  await stage.until('the alert is raised', () => stage.alert('failover'));
  await stage.scorer.retire('4');
  stage.say(`The fallback has decided ${stage.traffic.fallback - fallbackBefore} transactions.`);
  await stage.pause(pace.lookMs);
  stage.check('version 4 is gone', stage.isRetired('4'));
}

function inWords({ difference, low, high, distinguishable }: RateDifference): string {
  const verdict = distinguishable ? 'they differ' : 'no difference can be told';
  return `its share of blocked transactions differs by ${inPoints(difference)} (95 %: ${inPoints(low)} to ${inPoints(high)}): ${verdict}`;
}

function inPoints(share: number | null | undefined): string {
  return `${(100 * (share ?? 0)).toFixed(1)} points`;
}
