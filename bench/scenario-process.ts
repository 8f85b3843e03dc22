/** Runs one scenario and ends; a child of `run-scenario.ts`. */

import { answerTask } from './answer-task.js';
import { ReferenceRequests } from './load/reference-requests.js';
import type { ScenarioTask } from './process-protocol.js';
import type { Result } from './report/result.js';
import { scenarios } from './scenarios/all.js';

await answerTask<ScenarioTask, Result>(async ({ scenario: name, settings }, steps) => {
  const scenario = scenarios.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new RangeError(`scenario: expected one that there is, received ${name}`);
  return scenario.run({ settings, requests: ReferenceRequests.generate(), steps });
});
