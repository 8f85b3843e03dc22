import type { FraudScorerOptions } from '../../../src/index.js';
import type { FaultKind } from '../faults/fault-board.js';
import { inject } from '../faults/inject.js';
import type { Scenario } from '../scenario.js';
import { Trial } from '../trial.js';

interface BatchFault {
  name: string;
  does: string;
  kind: FaultKind;
  /** How many there are in all, about. */
  faults: number;
  scorer?: FraudScorerOptions;
}

/** One kind of fault, again and again, under innocent requests: each of them is answered by the model all the same. */
function underLoad({ name, does, kind, faults, scorer = {} }: BatchFault): Scenario {
  return {
    name,
    does,
    unit: 'requests',
    amount: 1_000_000,
    async run(context) {
      const requests = context.amount ?? this.amount;
      const trial = await Trial.start(context, { scorer });
      await trial.load(trial.upTo(requests), () => inject(trial, { kinds: [kind], every: requests / (faults + 1) }));
      const fired = trial.board.fired(kind);
      if (fired === 0) trial.problems.push('no fault came about');
      return trial.finish({ faults: fired });
    },
  };
}

export const workerExits = underLoad({
  name: 'worker-exits',
  does: 'workers call process.exit with batches in hand',
  kind: 'exit',
  faults: 10,
});

export const workerExceptions = underLoad({
  name: 'worker-exceptions',
  does: 'workers throw outside the task',
  kind: 'exception',
  faults: 10,
});

export const outOfMemory = underLoad({
  name: 'out-of-memory',
  does: 'workers run into their resourceLimits',
  kind: 'memory',
  faults: 4,
  scorer: { resourceLimits: { maxOldGenerationSizeMb: 64 } },
});

export const hangs = underLoad({
  name: 'hangs',
  does: 'workers stand still inside the runtime for seconds',
  kind: 'hang',
  faults: 3,
});

export const slowBatches = underLoad({
  name: 'slow-batches',
  does: 'batches take 30 ms longer inside the runtime',
  kind: 'slow',
  faults: 60,
});

export const shortOutputs = underLoad({
  name: 'short-outputs',
  does: 'the runtime gives one value too few for a batch, and not when it is asked again',
  kind: 'short',
  faults: 60,
});

export const runtimeFailures = underLoad({
  name: 'runtime-failures',
  does: 'the runtime throws on a batch, and not when it is asked again',
  kind: 'failure',
  faults: 60,
});
