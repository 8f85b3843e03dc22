import type { DeployOptions } from '../../../src/index.js';
import { refusals } from '../faults/version-directories.js';
import type { Control, Ends } from './control.js';
import { type Operation, thresholds } from './operation.js';

/** In place of the primary. */
export const deployPrimary: Operation = {
  weight: 4,
  run: (control) => deploy(control, {}, [null]),
};

export const deployChallenger: Operation = {
  weight: 6,
  run(control) {
    const { live, random } = control;
    const traffic = random.chance(0.2) ? 0.9 : random.between(0.01, 0.5);
    const [first, second] = live.now.challengers;
    const isRefused = (first !== null && second !== null) || traffic > 1 - (first?.share ?? 0) - (second?.share ?? 0);
    // Others may take the place while it loads.
    return deploy(control, { traffic }, isRefused ? ['ERR_INVALID_OPTIONS'] : [null, 'ERR_INVALID_OPTIONS']);
  },
};

export const deployShadow: Operation = {
  weight: 3,
  async run(control) {
    // Each of them costs time that the load needs.
    if (control.live.now.shadows.length >= 2) return;
    await deploy(control, { traffic: 'shadow', sample: control.random.between(0.05, 1) }, [null]);
  },
};

/** Of a directory that can't be served, or not by workers. */
export const deployBroken: Operation = {
  weight: 4,
  async run(control) {
    const what = control.draw([...control.broken.keys()]);
    if (what === undefined) return;
    const directory = control.broken.get(what) ?? '';
    const traffic = control.draw([1, 'shadow'] as const) ?? 1;
    await control.judge(`deploy (${what})`, [refusals[what]], () => control.scorer.deploy(directory, { traffic }));
    if (control.live.find(what) !== null) control.tell(`a version that is ${what} is live`);
  },
};

export const deployLive: Operation = {
  weight: 1,
  async run(control) {
    const { version } = control.live.now.primary.life;
    // It may have gone when its turn to load comes.
    if (!control.loading.has(version))
      await deploy(control, { traffic: 0.1 }, ['ERR_MODEL_INVALID', 'ERR_INVALID_OPTIONS', null], version);
  },
};

/** @param ends how it may end. @param version by default one that is not live. @returns whether it serves. */
export async function deploy(
  control: Control,
  options: DeployOptions,
  ends: Ends,
  version = control.drawNew(),
): Promise<boolean> {
  if (version === undefined) return false;
  const { scorer, random, known, live, loading } = control;
  const own = random.chance(0.3) ? control.draw(thresholds) : undefined;
  const workers = random.chance(0.2) ? { workers: 1 } : {};
  const policy = own === undefined ? {} : { policy: { blockProbability: own } };
  const given = { ...options, ...workers, ...policy };
  loading.add(version);
  live.expect(version, own);
  const call = () => scorer.deploy(known.directoryOf(version), given);
  const serves = await control.judge(`deploy ${version} ${JSON.stringify(given)}`, ends, call);
  live.expect(version, undefined);
  loading.delete(version);
  return serves;
}
