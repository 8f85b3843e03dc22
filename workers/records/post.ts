import { parentPort } from 'node:worker_threads';
import type { FromIndexWorker, FromRecordsWorker } from '../../src/records/protocol.js';

/** Tells the host's thread. */
export function post(message: FromRecordsWorker | FromIndexWorker): void {
  parentPort?.postMessage(message);
}
