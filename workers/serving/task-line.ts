import { describeFault } from '../../src/host/faults.js';
import {
  type LineAnswer,
  type LineMemory,
  type LineOpening,
  type LineTask,
  placeOf,
  taskOf,
} from '../../src/protocol/task-line.js';

type LineHandler = (task: LineTask) => Promise<object>;

/**
 * Creates a worker's function `openLine`, by which batches and chunks of columns come over a separate line. A file that wraps this
 * package's worker may export one over its own handler. If it exports none, all tasks come through the pool.
 */
export function lineOver(
  handling: LineHandler | Promise<LineHandler>,
  memory: LineMemory,
): (opening: LineOpening) => Promise<object> {
  const times = new Float64Array(memory.times);

  const answerTo = async (handler: LineHandler, task: LineTask): Promise<LineAnswer> => {
    const place = placeOf(task, memory);
    if (task.rows === 0) return place;
    try {
      // A wrapping file's handler may return anything.
      const reply: unknown = await handler(task);
      if (!isAnswer(reply)) return { place, reply };
      times[place] = reply.inferenceMs;
      return place;
    } catch (error) {
      // Our handler never throws. The error of another one may quote a row.
      return { place, reply: { error: `the worker's handler threw ${describeFault(error).error}` } };
    }
  };

  return async ({ port }) => {
    const handler = await handling;
    port.on('message', (code: number) => {
      void answerTo(handler, taskOf(code, memory)).then((answer) => port.postMessage(answer));
    });
    // The pool's own port determines how long the thread lives.
    port.unref();
    return {};
  };
}

function isAnswer(reply: unknown): reply is { inferenceMs: number } {
  return typeof reply === 'object' && reply !== null && 'inferenceMs' in reply && typeof reply.inferenceMs === 'number';
}
