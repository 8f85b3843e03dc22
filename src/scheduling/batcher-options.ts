import type { FraudScorerError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import type { BatchTraces } from '../monitoring/traces/batch-traces.js';
import type { RequestTable } from '../requests/request-table.js';
import type { Waiters } from '../requests/waiters.js';
import type { BatchPolicy } from './batch-policy.js';
import type { BatchWorkers } from './flights.js';
import type { BatchAnswers } from './landings.js';
import type { Lanes } from './lanes.js';

/** Rows that are not requests. They take the places at workers that requests leave free, those behind busy workers too. */
export interface ColumnSource {
  /** Calls that are not settled. */
  readonly openCalls: number;
  /** Whether rows wait for a worker. */
  readonly isWaiting: boolean;
  /** Chunks that workers hold. */
  readonly inFlight: number;
  /** Sends the next chunk. Resolves when it is back, and never rejects. */
  send(): Promise<void>;
}

export interface BatcherOptions {
  clock: Clock;
  table: RequestTable;
  lanes: Lanes;
  limits: BatchPolicy;
  /** Batches and chunks of columns that workers may hold at once; there are twice as many lanes. */
  places: number;
  /** Of these, how many one worker may hold. */
  placesPerWorker: number;
  workers: BatchWorkers;
  columns: ColumnSource;
  answers: BatchAnswers;
  /** Settles a request that can't be answered; it is on no list any more. */
  fail: (row: number, error: FraudScorerError) => void;
  /** Told when something has left the queue. */
  changes: Pick<Waiters, 'isAwaited' | 'tell'>;
  /** Whether batches may be sent now; a shadow's wait while callers' requests do. @default always */
  mayRun?: (() => boolean) | undefined;
  /** Told each time that nothing waits any more: the batches of shadows may be sent then. */
  onEmpty?: (() => void) | undefined;
  /** Where batches are watched from. @default nobody watches */
  traces?: BatchTraces | undefined;
  onFault: FaultReport;
}
