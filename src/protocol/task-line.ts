import type { MessagePort } from 'node:worker_threads';
import type { BatchTask, ColumnMemory, ColumnsTask, LaneMemory } from './serving.js';

/**
 * What goes over a worker's line: a task that is no more than a place in shared memory and how many rows lie there, as one number. The
 * place's number comes back. A task of Piscina's, and its reply, cost the host three times as much.
 */

export type LineTask = BatchTask | ColumnsTask;

/** What both ends of all lines know. Places are the lanes, the one for warming up included, and behind them the areas of columns. */
export interface LineMemory {
  /** The place of the first area. */
  areasAt: number;
  /** In one place. */
  mostRows: number;
  /** float64 [places]: the milliseconds that the task in a place took. */
  times: SharedArrayBuffer;
}

/** How the host opens a line: the task of the function `openLine` that a worker's file exports. */
export interface LineOpening {
  /** The worker's end. */
  port: MessagePort;
}

/** The place of a task that was done, or the place with whatever its handler gave in place of an answer. */
export type LineAnswer = number | { place: number; reply: unknown };

export function lineMemoryOf(
  { lanes, maxBatchSize }: Pick<LaneMemory, 'lanes' | 'maxBatchSize'>,
  { areas, rows }: Pick<ColumnMemory, 'areas' | 'rows'>,
): LineMemory {
  const areasAt = lanes + 1;
  const times = new SharedArrayBuffer((areasAt + areas) * Float64Array.BYTES_PER_ELEMENT);
  return { areasAt, mostRows: Math.max(maxBatchSize, rows), times };
}

export function placeOf(task: LineTask, { areasAt }: LineMemory): number {
  return task.kind === 'batch' ? task.lane : areasAt + task.area;
}

/** The number of a task. One of no rows is answered at once, without the handler. */
export function codeOf(task: LineTask, memory: LineMemory): number {
  return placeOf(task, memory) * (memory.mostRows + 1) + task.rows;
}

/** The task of a number. */
export function taskOf(code: number, { areasAt, mostRows }: LineMemory): LineTask {
  const rows = code % (mostRows + 1);
  const place = (code - rows) / (mostRows + 1);
  return place < areasAt ? { kind: 'batch', lane: place, rows } : { kind: 'columns', area: place - areasAt, rows };
}
