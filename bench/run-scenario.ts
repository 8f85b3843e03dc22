import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ScenarioMessage, ScenarioTask } from './process-protocol.js';
import type { Result } from './report/result.js';
import type { Steps } from './scenarios/scenario.js';

/**
 * Runs a scenario in a process of its own: none inherits another's heap, compiled code or threads, and one alone gives what it
 * gives among others.
 *
 * @throws {Error} where it failed.
 */
export async function runScenario(task: ScenarioTask, steps: Steps): Promise<Result> {
  const child = fork(fileURLToPath(new URL('./scenario-process.ts', import.meta.url)));
  let result: Result | null = null;
  let reason = 'its process ended without a result';
  child.on('message', (message: ScenarioMessage) => {
    if (message.kind === 'expect') steps.expect(message.count);
    else if (message.kind === 'done') steps.done(message.label);
    else if (message.kind === 'result') result = message.result;
    else reason = message.reason;
  });
  child.send(task);
  const [code, signal] = await once(child, 'exit');
  if (result !== null) return result;
  throw new Error(`${task.scenario}: ${reason} (exit code ${String(code ?? signal)})`);
}
