import type { StreamStats } from './types.js';

/** What a worker counts. */
export class StreamCounts implements Omit<StreamStats, 'inFlight'> {
  received = 0;
  decided = 0;
  duplicates = 0;
  retried = 0;
  deadLettered = 0;
  publishFailed = 0;
  lost = 0;
}
