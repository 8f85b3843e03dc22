import { describe, expect, it } from 'vitest';
import { runSmall } from './run-small.js';
import type { Scenario } from './scenario.js';
import { hangs, slowBatches } from './scenarios/batch-faults.js';
import { closeUnderLoad } from './scenarios/close-under-load.js';
import { deadlinePrecision } from './scenarios/deadline-precision.js';
import { exitUnderLoad } from './scenarios/exit-under-load.js';
import { malformed } from './scenarios/malformed-requests.js';
import { nanOutputs } from './scenarios/poison-rows.js';
import { records } from './scenarios/records.js';
import { cancelStorm, deadlineStorm, queueFlood } from './scenarios/storms.js';
import { throwingListeners } from './scenarios/throwing-listeners.js';

/** The scenarios of `npm run chaos`, each a small part of its full measure. */
const parts: [Scenario, amount: number][] = [
  [slowBatches, 100_000],
  [hangs, 100_000],
  [nanOutputs, 100_000],
  [deadlineStorm, 100_000],
  [cancelStorm, 100_000],
  [queueFlood, 60_000],
  [throwingListeners, 60_000],
  [closeUnderLoad, 60_000],
  [malformed, 20_000],
  [deadlinePrecision, 3_000],
  [exitUnderLoad, 8],
  [records, 5],
];

describe('every request is settled once and rightly', () => {
  it.each(parts.map(([scenario, amount]) => ({ name: scenario.name, does: scenario.does, scenario, amount })))(
    '$name: $does',
    async ({ scenario, amount }) => {
      const { problems } = await runSmall(scenario, amount);
      expect(problems).toEqual([]);
    },
    120_000,
  );
});
