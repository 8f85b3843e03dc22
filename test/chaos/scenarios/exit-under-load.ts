import { Random } from '../../../models/visa-fraud/generator/random.js';
import { runBusyHost, waysToEnd } from '../exits/run-busy-host.js';
import { closedLoop } from '../load/closed-loop.js';
import type { Scenario } from '../scenario.js';

/** Processes end while their workers are inside the runtime, where a careless end aborts: each ends as it would without the package. */
export const exitUnderLoad: Scenario = {
  name: 'exit-under-load',
  does: 'hosts end while busy, by process.exit, an uncaught exception, with nothing left to do, and by a signal',
  unit: 'processes',
  amount: 100,
  async run(context) {
    const { amount = this.amount, seed, workers, rows, onProgress } = context;
    const random = new Random(seed);
    const problems = new Set<string>();
    let [started, ended, wrongly] = [0, 0, 0];
    await closedLoop({
      outstanding: 2,
      more: () => started < amount,
      send: async () => {
        const how = waysToEnd[started % waysToEnd.length] ?? 'exit';
        started += 1;
        const after = 2_000 + random.index(20_000);
        const model = rows.model.directory;
        const problem = await runBusyHost({ how, code: 1 + random.index(100), after, model, workers });
        ended += 1;
        if (problem !== null) {
          wrongly += 1;
          problems.add(problem);
        }
        onProgress(ended, amount);
      },
    });
    return { facts: { processes: ended, 'ended wrongly': wrongly }, problems: [...problems] };
  },
};
