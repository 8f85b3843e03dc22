import type { ScenarioTask } from './process-protocol.js';
import type { Result } from './report/result.js';
import { runProcess } from './run-process.js';
import type { Steps } from './scenarios/scenario.js';

const program = new URL('./scenario-process.ts', import.meta.url);

/**
 * Runs a scenario in a process of its own: a scenario gives the same figures alone and among others.
 *
 * @throws {Error} when the scenario fails.
 */
export function runScenario(task: ScenarioTask, steps: Steps): Promise<Result> {
  return runProcess({ name: task.scenario, task, program, steps });
}
