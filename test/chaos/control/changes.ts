import type { Ends } from './control.js';
import { type Operation, thresholds } from './operation.js';

/** How long a rollback may take, in ms. */
const rollbackMs = 1_000;

/** Of any version, or of one that is not live. */
export const promote: Operation = {
  weight: 4,
  async run(control) {
    const { scorer, live, random } = control;
    if (random.chance(0.1)) {
      await control.judge('promote nobody', ['ERR_UNKNOWN_VERSION'], () => scorer.promote('nobody'));
      return;
    }
    const life = control.draw(live.all.filter(({ version }) => !live.promoting.has(version)));
    if (life === undefined) return;
    const { version } = life;
    const isShadow = live.now.shadows.includes(life);
    // A shadow is loaded once more, and may be retired meanwhile.
    if (isShadow) live.promoting.add(version);
    const ends = isShadow ? ([null, 'ERR_UNKNOWN_VERSION'] as const) : [null];
    await control.judge(`promote ${version}`, ends, () => scorer.promote(version));
    live.promoting.delete(version);
    live.expect(version, undefined);
  },
};

export const rollback: Operation = {
  weight: 4,
  async run(control) {
    const { live, scorer } = control;
    const ends = live.now.standby === null ? (['ERR_UNKNOWN_VERSION'] as const) : [null];
    const start = performance.now();
    await control.judge('rollback', ends, () => scorer.rollback());
    const ms = performance.now() - start;
    if (ms > rollbackMs) control.missed.push(`a rollback took ${Math.round(ms)} ms`);
  },
};

export const retire: Operation = {
  weight: 5,
  async run(control) {
    const { live, scorer } = control;
    const life = control.draw(live.all);
    if (life === undefined) return;
    const ends = life === live.now.primary.life ? (['ERR_INVALID_OPTIONS'] as const) : [null];
    const retired = control.judge(`retire ${life.version}`, ends, () => scorer.retire(life.version));
    if (ends[0] === null && live.all.includes(life)) control.tell(`${life.version} is live though it is retired`);
    if (await retired) life.isOver = true;
  },
};

/** Of one challenger or both, and now and then what must be refused. */
export const setTraffic: Operation = {
  weight: 8,
  async run(control) {
    const { live, scorer, random } = control;
    const { primary, challengers } = live.now;
    const versions = challengers.flatMap((arm) => (arm === null ? [] : [arm.life.version]));
    const call = (shares: Record<string, number>, ends: Ends): Promise<boolean> =>
      control.judge(`setTraffic ${JSON.stringify(shares)}`, ends, () => scorer.setTraffic(shares));
    const drawn = random.index(20);
    if (drawn === 0) return call({ nobody: 0.1 }, ['ERR_UNKNOWN_VERSION']);
    if (drawn === 1) return call({ [primary.life.version]: 0.1 }, ['ERR_INVALID_OPTIONS']);
    if (drawn === 2 && versions.length === 2) return call(sharesOf(versions, [0.6, 0.6]), ['ERR_INVALID_OPTIONS']);
    const all = random.chance(0.1) ? 1 : random.uniform();
    const first = all * random.uniform();
    const shares = sharesOf(versions, [first, all - first]);
    const changed = call(shares, [null]);
    for (const arm of live.now.challengers) {
      if (arm === null || arm.share === shares[arm.life.version]) continue;
      control.tell(`${arm.life.version} has a share of ${arm.share}, expected ${shares[arm.life.version]}`);
    }
    return changed;
  },
};

function sharesOf(versions: readonly string[], shares: readonly number[]): Record<string, number> {
  return Object.fromEntries(versions.map((version, index) => [version, shares[index] ?? 0]));
}

export const setPolicy: Operation = {
  weight: 4,
  run(control) {
    const value = control.draw(thresholds) ?? thresholds[0];
    return control.judge(`setPolicy ${value}`, [null], () => control.live.setPolicy(value));
  },
};
