import type { ScoreRequest } from '../api/request.js';
import type { ModelIdentity } from '../api/result.js';
import type { AbortedError, FraudScorerError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import type { FaultReport } from '../host/faults.js';
import type { Traces } from '../monitoring/traces/traces.js';
import type { Caller, SettlementObserver } from './caller.js';
import type { FeatureRows } from './feature-rows.js';
import type { RequestTable } from './request-table.js';
import type { Waiters } from './waiters.js';

/** What admission needs of the version that answers. */
export interface Intake {
  /** As the request table holds it. */
  readonly index: number;
  readonly model: ModelIdentity;
  readonly features: FeatureRows;
  /** A row of feature memory that belongs to no request, for checking one that is not taken in. */
  readonly scratchRow: number;
  readonly batcher: {
    /** Whether a request that came now could be answered in time. */
    canAnswerWithin(timeoutMs: number, priority: number): boolean;
    add(row: number): void;
    /** Takes a row off the queue, if it is there. */
    remove(row: number): void;
  };
  readonly stats: SettlementObserver;
  /** How long the requests that wait now will take, in ms; null where that is not known. */
  readonly expectedWaitMs: number | null;
}

export interface AdmissionOptions {
  clock: Clock;
  table: RequestTable;
  /** Watches the deadlines of rows. */
  deadlines: {
    add(row: number): void;
    /** Does nothing for a row that is not watched. */
    remove(row: number): void;
  };
  /** Told when a row is free again. */
  changes: Pick<Waiters, 'isAwaited' | 'tell'>;
  /** Tells a caller that its request is not taken in. */
  settler: {
    refuse(caller: Caller, error: FraudScorerError, model: ModelIdentity, observer: SettlementObserver): void;
  };
  deployments: {
    /** Requests that wait for a worker, of all versions. */
    readonly waiting: number;
    /** Whether versions share the traffic. */
    readonly isSplit: boolean;
    /** The version that answers whatever no other does. */
    readonly primary: Intake;
    /** Where a request lies in [0, 1). @param key undefined: that is drawn. */
    placeOf(key: string | undefined): number;
    /** Whether as many requests wait for a challenger as its share of the queue, which keeps one that hangs from taking all of it. */
    isCrowded(index: number, maxQueueSize: number): boolean;
    /** The version that answers a request at this place. */
    route(place: number): Intake;
  };
  /** Counts what is refused before a version is chosen. */
  unrouted: SettlementObserver;
  /** Gets copies of requests for shadows. */
  copies: {
    /** Whether there is a shadow. */
    readonly isActive: boolean;
    /** Never throws. */
    add(row: number, request: ScoreRequest): void;
  };
  /** Gives a row up whose caller's signal was aborted. */
  onAborted: (row: number, error: AbortedError) => void;
  maxQueueSize: number;
  /** Where the request does not say. */
  timeoutMs: number;
  /** Whether the host has a function `fallback` or `decide`: only then its own request is kept for it. */
  keepsRequests: boolean;
  door: { readonly isClosed: boolean };
  /** Where requests are watched from. @default nobody watches */
  traces?: Traces | undefined;
  /** Whether code of the host's hears of decisions, as its fallback does: it runs in the context of its caller. */
  events: { readonly decisionListeners: number };
  onFault: FaultReport;
}
