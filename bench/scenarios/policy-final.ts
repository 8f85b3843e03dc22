import type { FraudScorer } from 'fraud-scorer';
import { alternate, type Contender } from '../alternate.js';
import type { Pace } from '../load/pacer.js';
import { Resources } from '../resources.js';
import { type Figure, figureOf, median, ratiosOf } from '../statistics.js';
import { createAdaptive, createFixed, type FixedSetting, nameOf, p99At, policyLimits } from './fixed-setting.js';
import type { ScenarioContext } from './scenario.js';

/** The adaptive policy beside the best fixed setting at a load. */
export interface Final {
  ratePerSecond: number;
  best: string;
  /** P99 in ms. */
  adaptive: Figure;
  fixed: Figure;
  ratio: Figure;
}

const adaptiveName = 'adaptive';

/** Tries a few fixed settings again, then lets the best of them and the adaptive policy take turns. */
export async function final(
  context: ScenarioContext,
  pace: Pace,
  ratePerSecond: number,
  finalists: readonly FixedSetting[],
): Promise<Final> {
  const { slices, sliceMs } = context.settings;
  const best = await bestOf(context, pace, ratePerSecond, finalists);
  await using resources = new Resources();
  const contenders = [
    slicesOf(adaptiveName, resources.add(await createAdaptive(context.settings)), context, pace, ratePerSecond),
    slicesOf(nameOf(best), resources.add(await createFixed(context.settings, best)), context, pace, ratePerSecond),
  ];
  context.steps.expect(contenders.length * slices);
  const rounds = await alternate(contenders, {
    rounds: slices,
    sliceMs,
    onSlice: (name) => context.steps.done(`${name} at ${ratePerSecond.toLocaleString('en')}/s`),
  });
  const [adaptive, fixed] = [rounds.of(adaptiveName), rounds.of(nameOf(best))];
  return {
    ratePerSecond,
    best: nameOf(best),
    adaptive: figureOf(adaptive),
    fixed: figureOf(fixed),
    ratio: figureOf(ratiosOf(adaptive, fixed)),
  };
}

/** One slice of the grid may have been lucky. */
async function bestOf(
  context: ScenarioContext,
  pace: Pace,
  ratePerSecond: number,
  finalists: readonly FixedSetting[],
): Promise<FixedSetting> {
  const { finalistSlices, sweepMs } = context.settings.policy;
  await using resources = new Resources();
  const contenders: Contender<number>[] = [];
  for (const setting of finalists) {
    const scorer = resources.add(await createFixed(context.settings, setting));
    contenders.push(slicesOf(nameOf(setting), scorer, context, pace, ratePerSecond));
  }
  context.steps.expect(contenders.length * finalistSlices);
  const rounds = await alternate(contenders, {
    rounds: finalistSlices,
    sliceMs: sweepMs,
    onSlice: (name) => context.steps.done(`${name} again at ${ratePerSecond.toLocaleString('en')}/s`),
  });
  const p99 = (setting: FixedSetting): number => median(rounds.of(nameOf(setting)));
  const [best] = [...finalists].sort((a, b) => p99(a) - p99(b));
  if (best !== undefined) return best;
  throw new Error(`expected a fixed setting that keeps up with ${ratePerSecond}/s, found none`);
}

function slicesOf(
  name: string,
  scorer: FraudScorer,
  context: ScenarioContext,
  pace: Pace,
  ratePerSecond: number,
): Contender<number> {
  return {
    name,
    slice: async (durationMs) => {
      const p99 = await p99At(scorer, context, { ratePerSecond, durationMs, pace });
      // Who was not answered has waited until the deadline.
      return p99 ?? policyLimits.timeoutMs;
    },
  };
}
