import type { Pace } from '../load/pacer.js';
import { createFixed, type FixedSetting, gridOf, nameOf, p99At } from './fixed-setting.js';
import type { ScenarioContext } from './scenario.js';

/** A fixed setting, tried once at each load. */
export interface Tried {
  setting: FixedSetting;
  /** The P99 in ms by load; null from where it could not keep up. */
  p99s: readonly (number | null)[];
}

/** Tries the whole grid, a slice a load. */
export async function sweep(context: ScenarioContext, pace: Pace): Promise<Tried[]> {
  const { loads, sweepMs } = context.settings.policy;
  const grid = gridOf(context.settings.policy);
  context.steps.expect(grid.length);
  const tried: Tried[] = [];
  for (const setting of grid) {
    const scorer = await createFixed(context.settings, setting);
    const p99s: (number | null)[] = [];
    try {
      for (const ratePerSecond of loads) {
        // Where it could not keep up before, more would only take the machine's time.
        const keepsUp = p99s.at(-1) !== null;
        p99s.push(keepsUp ? await p99At(scorer, context, { ratePerSecond, durationMs: sweepMs, pace }) : null);
      }
    } finally {
      await scorer.close();
    }
    tried.push({ setting, p99s });
    context.steps.done(`grid, ${nameOf(setting)}`);
  }
  return tried;
}

/** The settings with the lowest P99 at a load, the lowest first. */
export function bestAt(tried: readonly Tried[], load: number, count: number): FixedSetting[] {
  return tried
    .map(({ setting, p99s }) => ({ setting, p99: p99s[load] ?? Number.POSITIVE_INFINITY }))
    .filter(({ p99 }) => Number.isFinite(p99))
    .sort((a, b) => a.p99 - b.p99)
    .slice(0, count)
    .map(({ setting }) => setting);
}
