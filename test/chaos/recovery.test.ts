import { describe, expect, it } from 'vitest';
import { runSmall } from './run-small.js';
import type { Scenario } from './scenario.js';
import { availability } from './scenarios/availability.js';
import { outOfMemory, runtimeFailures, shortOutputs, workerExceptions, workerExits } from './scenarios/batch-faults.js';
import { columns } from './scenarios/columns.js';
import { deploys } from './scenarios/deploys.js';
import { hungWorkers } from './scenarios/hung-workers.js';
import { soak } from './scenarios/mixed.js';
import { poisonFails, poisonKills } from './scenarios/poison-rows.js';

/** Lost workers and failed batches: innocent requests are tried again, and a poisonous one fails alone. */
const parts: [Scenario, amount: number, minutes?: number][] = [
  [workerExits, 200_000],
  [workerExceptions, 200_000],
  [outOfMemory, 200_000],
  [hungWorkers, 300_000],
  [shortOutputs, 100_000],
  [runtimeFailures, 100_000],
  [poisonFails, 100_000],
  [poisonKills, 100_000],
  [columns, 100_000],
  [deploys, 80_000],
  [availability, 3],
  [soak, 0, 0.2],
];

describe('requests outlive workers and batches', () => {
  it.each(parts.map(([scenario, amount, minutes]) => ({ ...scenario, scenario, amount, minutes })))(
    '$name: $does',
    async ({ scenario, amount, minutes }) => {
      const { problems } = await runSmall(scenario, amount, minutes);
      expect(problems).toEqual([]);
    },
    120_000,
  );
});
