import type { Contender } from '../alternate.js';
import { closedLoop } from '../load/closed-loop.js';
import type { Resources } from '../resources.js';
import { BareLoops } from '../rivals/bare-loops.js';
import { LeastHost } from '../rivals/least-host.js';
import { loadNaiveModel } from '../rivals/naive-model.mjs';
import { PiscinaTasks } from '../rivals/piscina-tasks.js';
import { findPlainExport } from '../rivals/plain-export.js';
import { TorchScript } from '../rivals/torchscript.js';
import type { ScenarioContext } from './scenario.js';

export const bareLoops = 'bare loops';

/** The same, each batch copied from other rows. */
export const fedLoops = 'bare loops, fed';

/** The same callers, answered at once: what the load itself costs. */
export const callersAlone = 'callers alone';

/** The least a request costs a host, without a scorer. */
const leastHost = 'a promise, a copy and a result alone';

/** The notebook's batch size. */
const torchBatchSize = 256;

/** The limit, what a user would pick instead, and what the load itself costs. */
export async function rivalsOf(
  { settings, requests }: ScenarioContext,
  workers: number,
  resources: Resources,
  notes: string[],
): Promise<Contender<number>[]> {
  const { model, limitBatchSize, outstanding } = settings;
  const loops = resources.add(await BareLoops.start(model, workers, limitBatchSize));
  const rivals: Contender<number>[] = [{ name: bareLoops, slice: (durationMs) => loops.run(durationMs) }];
  const fedRows = Math.ceil(settings.columnRows / limitBatchSize) * limitBatchSize;
  const fed = resources.add(await BareLoops.start(model, workers, limitBatchSize, { fedRows }));
  rivals.push({ name: fedLoops, slice: (durationMs) => fed.run(durationMs) });
  const plain = await findPlainExport(model);
  if (plain === null) {
    notes.push('The model directory has no plain.onnx: nothing is compared with a request a run or a task.');
  } else {
    const naive = resources.add(await loadNaiveModel(plain));
    const pool = resources.add(new PiscinaTasks(plain, workers));
    rivals.push(
      {
        name: 'main thread',
        slice: (durationMs) => closedLoop({ callers: 1, durationMs, call: (index) => naive.score(requests.at(index)) }),
      },
      {
        name: 'Piscina',
        slice: (durationMs) =>
          closedLoop({ callers: outstanding, durationMs, call: (index) => pool.score(requests.at(index)) }),
      },
    );
  }
  const torch = await TorchScript.start(torchBatchSize);
  if (torch === null) notes.push('There is no Python with torch here: TorchScript is left out.');
  else {
    resources.add(torch);
    rivals.push({ name: 'TorchScript', slice: (durationMs) => torch.run(durationMs) });
  }
  const least = new LeastHost(requests.at(0), outstanding);
  rivals.push({
    name: leastHost,
    slice: (durationMs) =>
      closedLoop({ callers: outstanding, durationMs, call: (index) => least.score(requests.at(index)) }),
  });
  const answered = Promise.resolve(null);
  rivals.push({
    name: callersAlone,
    slice: (durationMs) => closedLoop({ callers: outstanding, durationMs, call: () => answered }),
  });
  return rivals;
}
