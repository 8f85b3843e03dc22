import type { MessagePort } from 'node:worker_threads';
import type { BatchTask, ColumnMemory, ColumnsTask, LaneMemory } from './serving.js';

/**
 * The messages of a worker's line. A task is a place in shared memory and a number of rows, sent as one number. The place's number comes
 * back. A Piscina task and its reply take the host three times as long.
 */

export type LineTask = BatchTask | ColumnsTask;

/** The data that both ends of every line know. The places are the lanes (with the one for warming up) and then the areas of columns. */
export interface LineMemory {
  /** The place of the first area. */
  areasAt: number;
  /** The most rows in one place. */
  mostRows: number;
  /** float64 [places]: how long the task in each place took, in ms. */
  times: SharedArrayBuffer;
}

/** How the host opens a line: the argument of the function `openLine` that a worker's file exports. */
export interface LineOpening {
  /** The worker's end. */
  port: MessagePort;
}

/** The place of a finished task; or the place with the handler's result if that is not an answer. */
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

/** Encodes a task as a number. A task of no rows is answered at once, without the handler. */
export function codeOf(task: LineTask, memory: LineMemory): number {
  return placeOf(task, memory) * (memory.mostRows + 1) + task.rows;
}

/** Decodes the number of a task. */
export function taskOf(code: number, { areasAt, mostRows }: LineMemory): LineTask {
  const rows = code % (mostRows + 1);
  const place = (code - rows) / (mostRows + 1);
  return place < areasAt ? { kind: 'batch', lane: place, rows } : { kind: 'columns', area: place - areasAt, rows };
}
