import { once } from 'node:events';
import type { ProcessMessage } from './process-protocol.js';
import type { Steps } from './scenarios/scenario.js';

/** The child's side of `runProcess`: takes one task, answers it and lets the process end. */
export async function answerTask<Task, Result>(run: (task: Task, steps: Steps) => Promise<Result>): Promise<void> {
  const tell = (message: ProcessMessage<Result>): void => {
    process.send?.(message);
  };
  const [task] = await once(process, 'message');
  try {
    const result = await run(task, {
      expect: (count) => tell({ kind: 'expect', count }),
      done: (label) => tell({ kind: 'done', label }),
    });
    tell({ kind: 'result', result });
  } catch (error) {
    tell({ kind: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    process.exitCode = 1;
  }
  process.disconnect();
}
