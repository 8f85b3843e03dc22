import { tasksPerWorker } from '../protocol/serving.js';

/** Rows of the request table that a version needs beside those that wait. */
export function rowsInFlight(workers: number, maxBatchSize: number): number {
  // In workers, to be sent again or not handed out yet, and in workers that hang.
  return 3 * workers * tasksPerWorker * maxBatchSize;
}
