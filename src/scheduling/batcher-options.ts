import type { BatchLimits } from '../api/options.js';
import type { FraudScorerError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import type { RequestTable } from '../requests/request-table.js';
import type { FlightsOptions, Landed } from './flights.js';
import type { Lanes } from './lanes.js';

/** Rows that are not requests. They take the places at workers that requests leave free, those behind busy workers too. */
export interface ColumnSource {
  readonly isWaiting: boolean;
  /** Chunks that workers hold. */
  readonly inFlight: number;
  /** Sends the next chunk. Resolves when it is back, and never rejects. */
  send(): Promise<void>;
}

export interface BatcherOptions extends Pick<FlightsOptions, 'keepQuiet' | 'run'> {
  clock: Clock;
  table: RequestTable;
  lanes: Lanes;
  limits: BatchLimits;
  /** Batches and chunks of columns that workers may hold at once; there are twice as many lanes. */
  places: number;
  /** Of these, how many one worker may hold. */
  placesPerWorker: number;
  /** Workers ready to take batches, now. */
  readyWorkers: () => number;
  columns: ColumnSource;
  /** Answers the requests of batches that came back. */
  answer: (landed: readonly Landed[], answeredAt: number) => void;
  /** Settles a request that can't be answered; it is on no list any more. */
  fail: (row: number, error: FraudScorerError) => void;
  /** Something has left the queue, or has been settled. */
  onChange: () => void;
  onFault: FaultReport;
}
