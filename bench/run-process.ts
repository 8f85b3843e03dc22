import { fork, type Serializable } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ProcessMessage } from './process-protocol.js';
import type { Steps } from './scenarios/scenario.js';

export interface ProcessTask<Task> {
  /** Names the task in errors. */
  name: string;
  task: Task;
  /** The child's program; it calls `answerTask`. */
  program: URL;
  steps?: Steps;
}

/**
 * Runs a task in a process of its own, so that no task inherits the heap, the compiled code or the threads of another.
 *
 * @throws {Error} when the task fails.
 */
export async function runProcess<Task extends Serializable, Result>({
  name,
  task,
  program,
  steps,
}: ProcessTask<Task>): Promise<Result> {
  const child = fork(fileURLToPath(program));
  const results: Result[] = [];
  let reason = 'its process ended without a result';
  child.on('message', (message: ProcessMessage<Result>) => {
    if (message.kind === 'expect') steps?.expect(message.count);
    else if (message.kind === 'done') steps?.done(message.label);
    else if (message.kind === 'result') results.push(message.result);
    else reason = message.reason;
  });
  child.send(task);
  const [code, signal] = await once(child, 'exit');
  for (const result of results) return result;
  throw new Error(`${name}: ${reason} (exit code ${String(code ?? signal)})`);
}
