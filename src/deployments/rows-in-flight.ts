import { tasksPerWorker } from '../protocol/serving.js';

/** The rows of the request table that a version needs in addition to the waiting requests. */
export function rowsInFlight(workers: number, maxBatchSize: number): number {
  // Rows in workers, rows that are not handed out yet or must be sent again, and rows in hung workers.
  return 3 * workers * tasksPerWorker * maxBatchSize;
}
