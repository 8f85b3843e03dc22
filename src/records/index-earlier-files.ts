import { URL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { outsideOfRequests } from '../host/async-context.js';
import type { IndexWorkerData } from './protocol.js';

/**
 * Lets decisions be found of processes that were killed before they could write the indexes of their files: a thread reads those files. Where it
 * can't, their decisions are not found, and nothing else is the matter.
 *
 * @param directory absolute. @param run of this process. @param workerFile the URL of the file that the thread runs.
 */
export function indexEarlierFiles(directory: string, run: string, workerFile: string): void {
  const workerData: IndexWorkerData = { kind: 'index', directory, run };
  try {
    const name = 'fraud-scorer records index';
    const worker = outsideOfRequests(() => new Worker(new URL(workerFile), { workerData, name, execArgv: [] }));
    worker.on('error', () => {});
    worker.unref();
  } catch {
    // No thread is left.
  }
}
