/** Runs one scenario and ends; a child of `run-scenario.ts`. */

import { once } from 'node:events';
import { ReferenceRequests } from './load/reference-requests.js';
import type { ScenarioMessage, ScenarioTask } from './process-protocol.js';
import { scenarios } from './scenarios/all.js';

function tell(message: ScenarioMessage): void {
  process.send?.(message);
}

async function run({ scenario: name, settings }: ScenarioTask): Promise<void> {
  const scenario = scenarios.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new RangeError(`scenario: expected one that there is, received ${name}`);
  const result = await scenario.run({
    settings,
    requests: ReferenceRequests.generate(),
    steps: {
      expect: (count) => tell({ kind: 'expect', count }),
      done: (label) => tell({ kind: 'done', label }),
    },
  });
  tell({ kind: 'result', result });
}

const [task] = await once(process, 'message');
try {
  await run(task);
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exitCode = 1;
}
process.disconnect();
