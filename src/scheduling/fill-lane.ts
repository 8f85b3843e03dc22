import { noRow, type RequestTable, rowStates } from '../requests/request-table.js';
import { addRow, type Lane } from './lanes.js';
import type { RequestQueue } from './request-queue.js';

/** Rows that left the queue because they can't be answered in time any more, with their generations. */
export interface LateRows {
  readonly rows: number[];
  readonly generations: number[];
}

/**
 * Moves the next requests that can still be answered in time from the queue to a lane. Those that can't leave the queue too, so that they
 * keep no worker from the others; but never the last: it is tried, which is how an estimate that has become wrong mends itself.
 *
 * @param leastMs that a batch of so many rows takes.
 * @returns those that are to be refused; null where there are none.
 */
export function fillLane(
  lane: Lane,
  rows: number,
  queue: RequestQueue,
  table: RequestTable,
  now: number,
  leastMs: number,
): LateRows | null {
  let late: LateRows | null = null;
  while (lane.count < rows) {
    const { next } = queue;
    if (next === noRow) break;
    const isTimely = (table.deadlineAt[next] as number) - now >= leastMs || queue.length === 1;
    queue.remove(next);
    if (isTimely) {
      addRow(lane, next, table);
    } else {
      table.state[next] = rowStates.leaving;
      late ??= { rows: [], generations: [] };
      late.rows.push(next);
      late.generations.push(table.generation[next] as number);
    }
  }
  return late;
}
