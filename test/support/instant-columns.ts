import type { ColumnSource } from '../../src/scheduling/batcher-options.js';

/** Columns of which a chunk is answered as soon as it is sent. Where they wait, requests take the places behind busy workers. */
export class InstantColumns implements ColumnSource {
  isWaiting = false;
  readonly openCalls = 1;
  readonly inFlight = 0;
  readonly isIdle = true;

  send(): Promise<void> {
    this.isWaiting = false;
    return Promise.resolve();
  }
}
