import type { Harm } from '../faults/version-directories.js';
import type { Control, Ends } from './control.js';
import { deploy } from './deploys.js';
import type { Operation } from './operation.js';

/** Requests that settle while a harmful version serves, about. */
const servedFor = 1_000;

/** How long one stays where it stalls the load, in ms. */
const mostMs = 400;

export const deployKilling: Operation = { weight: 1, run: (control) => deployHarmful(control, 'kills') };

export const deployHanging: Operation = { weight: 1, run: (control) => deployHarmful(control, 'hangs') };

/** A version whose workers die, or hang, for a while. No other operation runs beside it, so that whoever is in its way is known. */
async function deployHarmful(control: Control, harm: Harm): Promise<void> {
  const { live, scorer, settled, known } = control;
  const [version] = known.named(harm);
  if (version === undefined) return;
  const traffic = control.draw([0.05, 0.3, 'shadow', 1] as const) ?? 1;
  if (harm === 'hangs') control.hanging.add(2);
  const full = live.now.challengers.every((arm) => arm !== null);
  const ends: Ends = typeof traffic === 'number' && traffic < 1 ? [null, 'ERR_INVALID_OPTIONS'] : [null];
  const sharesLeft = full ? 1 : traffic;
  const serves = await deploy(control, { traffic: sharesLeft }, sharesLeft === 1 ? [null] : ends, version);
  if (serves) {
    await Promise.race([settled.after(servedFor), new Promise((resolve) => setTimeout(resolve, mostMs))]);
    await getRid(control, version);
  }
  control.hanging.calm();
  if (live.find(version) !== null && !settled.isOver) control.tell(`${version} is still live`);
  live.look();
  await scorer.health();
}

/** It may be whatever it was deployed as, or the standby, where it has failed over already. */
async function getRid(control: Control, version: string): Promise<void> {
  const { live, scorer } = control;
  if (live.now.primary.life.version === version) {
    if (live.now.standby !== null) await control.judge('rollback', [null], () => scorer.rollback());
    else await deploy(control, {}, [null]);
  }
  const life = live.find(version);
  if (life === null) return;
  if (await control.judge(`retire ${version}`, [null], () => scorer.retire(version))) life.isOver = true;
}
