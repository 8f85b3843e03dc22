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

/** Rows of `scoreColumns`. They take the places at workers that requests leave free, also those behind busy workers. */
export interface ColumnSource {
  /** Number of open calls. */
  readonly openCalls: number;
  /** Whether rows wait for a worker. */
  readonly isWaiting: boolean;
  /** Chunks that workers hold. */
  readonly inFlight: number;
  /** Sends the next chunk. Resolves when it has come back. Never rejects. */
  send(): Promise<void>;
}

export interface BatcherOptions {
  clock: Clock;
  table: RequestTable;
  lanes: Lanes;
  limits: BatchPolicy;
  /** The most batches and chunks of columns that workers may hold. There are twice as many lanes. */
  places: number;
  /** How many of these places one worker has. */
  placesPerWorker: number;
  workers: BatchWorkers;
  columns: ColumnSource;
  answers: BatchAnswers;
  /** Settles a request that cannot be answered. It is on no list any more. */
  fail: (row: number, error: FraudScorerError) => void;
  /** Told when something has left the queue. */
  changes: Pick<Waiters, 'isAwaited' | 'tell'>;
  /** Whether batches may be sent now. A shadow's batches wait while callers' requests wait. @default always */
  mayRun?: (() => boolean) | undefined;
  /** Told each time that the queue becomes empty, because then the batches of shadows may be sent. */
  onEmpty?: (() => void) | undefined;
  /** Tracing of batches. @default none */
  traces?: BatchTraces | undefined;
  onFault: FaultReport;
}
