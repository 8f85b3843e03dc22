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

/** The parts of the answering version that admission needs. */
export interface Intake {
  /** The version's index in the request table. */
  readonly index: number;
  readonly model: ModelIdentity;
  readonly features: FeatureRows;
  /** A row of feature memory that belongs to no request. It is used to check a request that is not taken in. */
  readonly scratchRow: number;
  readonly batcher: {
    /** Whether a request that came now could be answered in time. */
    canAnswerWithin(timeoutMs: number, priority: number): boolean;
    add(row: number): void;
    /** Takes a row off the queue if it is there. */
    remove(row: number): void;
  };
  readonly stats: SettlementObserver;
  /** How long the waiting requests will take, in ms; null if it is not known. */
  readonly expectedWaitMs: number | null;
}

export interface AdmissionOptions {
  clock: Clock;
  table: RequestTable;
  /** Watches the deadlines of rows. */
  deadlines: {
    add(row: number): void;
    /** Does nothing if the row is not watched. */
    remove(row: number): void;
  };
  /** Told when a row is free again. */
  changes: Pick<Waiters, 'isAwaited' | 'tell'>;
  /** Tells a caller that its request is not taken in. */
  settler: {
    refuse(caller: Caller, error: FraudScorerError, model: ModelIdentity, observer: SettlementObserver): void;
  };
  deployments: {
    /** Requests that wait for a worker, over all versions. */
    readonly waiting: number;
    /** Whether versions share the traffic. */
    readonly isSplit: boolean;
    /** The version that answers all traffic that no challenger answers. */
    readonly primary: Intake;
    /** The position of a request in [0, 1). @param key if undefined, the position is random. */
    placeOf(key: string | undefined): number;
    /**
     * Whether the requests that wait for a challenger use up its share of the queue. This stops a hung challenger from filling the whole
     * queue.
     */
    isCrowded(index: number, maxQueueSize: number): boolean;
    /** The version that answers a request at this position. */
    route(place: number): Intake;
  };
  /** Counts requests that are refused before a version is chosen. */
  unrouted: SettlementObserver;
  /** Gets copies of requests for shadows. */
  copies: {
    /** Whether there is a shadow. */
    readonly isActive: boolean;
    /** Never throws. */
    add(row: number, request: ScoreRequest): void;
  };
  /** Gives up a row after its caller's signal was aborted. */
  onAborted: (row: number, error: AbortedError) => void;
  maxQueueSize: number;
  /** The default for requests that do not say. */
  timeoutMs: number;
  /** Whether the host has a function `fallback` or `decide`. Only then the request object is kept. */
  keepsRequests: boolean;
  door: { readonly isClosed: boolean };
  /** Tracing of requests. @default none */
  traces?: Traces | undefined;
  /** Whether host code listens to decisions. It runs in the asynchronous context of its caller, as the fallback does. */
  events: { readonly decisionListeners: number };
  onFault: FaultReport;
}
