import { promote, retire, rollback, setPolicy, setTraffic } from './changes.js';
import type { Control } from './control.js';
import { deployBroken, deployChallenger, deployLive, deployPrimary, deployShadow } from './deploys.js';
import { deployHanging, deployKilling } from './harmful.js';
import type { Operation } from './operation.js';

/** What loads nothing, as a rule. */
const changes: readonly Operation[] = [promote, rollback, retire, setTraffic, setPolicy];

const loads: readonly Operation[] = [deployPrimary, deployChallenger, deployShadow, deployBroken, deployLive];

/** What is drawn from at the same time. As only one version loads at a time, not all may be waiting for that. */
const lanes: readonly (readonly Operation[])[] = [loads, loads, changes, [...loads, ...changes]];

/** What runs alone. */
const alone: readonly Operation[] = [deployKilling, deployHanging];

/** Shared operations between one that runs alone and the next, about. */
const sharedPerAlone = 25;

/** Runs operations at random, some beside each other, until nothing more is sent. @param every requests between one and the next of a lane. */
export async function runOperations(control: Control, every: number): Promise<void> {
  const { settled, random } = control;
  const pause = (): Promise<void> => settled.after(Math.ceil(every * random.between(0.2, 1.8)));
  while (!settled.isOver) {
    let left = Math.ceil(sharedPerAlone * random.between(0.5, 1.5));
    const lane = async (operations: readonly Operation[]): Promise<void> => {
      for (; left > 0 && !settled.isOver; ) {
        left -= 1;
        await pause();
        if (!settled.isOver) await drawn(control, operations).run(control);
      }
    };
    await Promise.all(lanes.map(lane));
    if (!settled.isOver) await drawn(control, alone).run(control);
  }
}

function drawn({ random }: Control, from: readonly Operation[]): Operation {
  let place = random.uniform() * from.reduce((sum, { weight }) => sum + weight, 0);
  for (const operation of from) {
    place -= operation.weight;
    if (place < 0) return operation;
  }
  throw new Error('no operation was drawn');
}
