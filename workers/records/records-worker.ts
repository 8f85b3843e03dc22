import { parentPort, workerData } from 'node:worker_threads';
import type { IndexWorkerData, RecordsWorkerData } from '../../src/records/protocol.js';
import { yieldToOthers } from '../thread/yield-to-others.js';
import { indexMissing } from './index-missing.js';
import { post } from './post.js';
import { RingEmptier } from './ring-emptier.js';
import { reasonOf } from './sink-failure.js';

/** As in `inference-worker.ts`. */
export const mark = 'the records-worker of fraud-scorer';

/** What the thread was started for. */
function begin(data: RecordsWorkerData | IndexWorkerData): void {
  yieldToOthers();
  if ('kind' in data) post({ kind: 'indexed', files: indexMissing(data.directory, data.run) });
  else new RingEmptier(data).run();
}

try {
  begin(workerData);
} catch (error) {
  post({ kind: 'failed', message: reasonOf(error) });
  parentPort?.close();
}
