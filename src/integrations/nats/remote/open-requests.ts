import type { Fallback } from '../../../api/policy.js';
import type { ScoreOptions, ScoreRequest } from '../../../api/request.js';
import type { ScoreResult } from '../../../api/result.js';
import {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  type FraudScorerError,
  InvalidOptionsError,
  QueueFullError,
  UnavailableError,
} from '../../../errors.js';
import { currentContext } from '../../../host/async-context.js';
import type { Clock } from '../../../host/clock.js';
import type { FaultReport } from '../../../host/faults.js';
import { watchSignal } from '../../../requests/abort-registry.js';
import { explainCodes } from '../../../requests/explain-codes.js';
import { noRow, RequestTable, rowStates } from '../../../requests/request-table.js';
import { isAborted, readScoreOptions, reasonOf } from '../../../requests/score-options.js';
import { Waiters } from '../../../requests/waiters.js';
import { DeadlineWheel } from '../../../scheduling/deadline-wheel.js';
import type { SentOptions } from '../wire/request-frame.js';
import { receivedError } from '../wire/sent-error.js';
import { type Caller, callerOf, keepCaller, resolveCaller } from './caller.js';
import type { ClientStatistics } from './client-statistics.js';
import { FailedRequests, refusalError } from './failed-requests.js';
import type { RemoteNode } from './nodes.js';
import { RowStore } from './row-store.js';
import { WaitingRows } from './waiting-rows.js';

interface OpenRequestsOptions {
  clock: Clock;
  timeoutMs: number;
  /** The host gave `timeoutMs`, so nodes are told of it. */
  isTimeoutGiven: boolean;
  maxOutstanding: number;
  retries: number;
  fallback: Fallback;
  statistics: () => ClientStatistics;
  /** The most bytes of one request. */
  maxBytes: () => number;
  onFallbackFailure: (reason: string) => void;
  onFault: FaultReport;
}

/** Stands for the `timeoutMs` of a call that gave none. */
const noTimeout = 0;

const explainOf = [undefined, false, true, 'review', 'block'] as const;

/** The requests of this client that are not settled. Each is settled exactly once. */
export class OpenRequests {
  readonly table: RequestTable;
  readonly rows = new RowStore();
  readonly waiting: WaitingRows;
  /** Told when a request was settled. */
  readonly changes = new Waiters();
  /** How often a row may still be sent again. */
  readonly triesLeft: Uint8Array;
  /** How often nodes have refused to take the row. */
  readonly refusals: Uint16Array;
  /** The latest frame that has the row. */
  readonly frame: Float64Array;
  /** When that frame was sent. */
  readonly sentAt: Float64Array;
  /** The node that should not get the row again. */
  readonly avoid: (RemoteNode | null)[] = [];
  isClosed = false;
  maxWaiting = 0;
  #unavailable: string | null = null;
  readonly #routingKeys: (string | undefined)[] = [];
  /** 1 if nodes are told how much time is left. */
  readonly #sendsTimeout: Uint8Array;
  readonly #options: OpenRequestsOptions;
  readonly #failed: FailedRequests;
  readonly #deadlines: DeadlineWheel;
  #abandoning = false;

  constructor(options: OpenRequestsOptions) {
    this.#options = options;
    const { maxOutstanding, clock } = options;
    this.#failed = new FailedRequests(options);
    this.table = new RequestTable(maxOutstanding);
    this.waiting = new WaitingRows(this.table);
    this.triesLeft = new Uint8Array(maxOutstanding);
    this.refusals = new Uint16Array(maxOutstanding);
    this.frame = new Float64Array(maxOutstanding);
    this.sentAt = new Float64Array(maxOutstanding);
    this.#sendsTimeout = new Uint8Array(maxOutstanding);
    this.#deadlines = new DeadlineWheel(this.table, clock, (row) => {
      this.fail(row, new DeadlineExceededError(this.table.timeoutMs[row] as number));
    });
  }

  get count(): number {
    return this.table.capacity - this.table.freeCount;
  }

  /** Refuses all requests from now on, because they could not be sent ever again. */
  giveUp(reason: string): void {
    this.#unavailable = reason;
    // No list is made of them: the fallback of one may settle others.
    for (const row of this.table.taken()) this.fail(row, new UnavailableError(reason));
  }

  /** @returns whether it was taken in, and waits. */
  submit(request: ScoreRequest, options: ScoreOptions | undefined, caller: Caller): boolean {
    const { clock, timeoutMs, isTimeoutGiven, fallback, maxOutstanding, retries } = this.#options;
    const { table } = this;
    const enqueuedAt = clock.now();
    let row = noRow;
    try {
      if (this.isClosed) throw new ClosedError('The remote scorer is closed');
      const call = options === undefined ? null : readScoreOptions(options, noTimeout);
      if (call?.signal !== undefined && isAborted(call.signal)) throw new AbortedError(reasonOf(call.signal));
      row = table.claim();
      if (row === noRow) throw new QueueFullError(maxOutstanding);
      const id = this.rows.add(row, request, this.#options.maxBytes());
      if (this.#unavailable !== null) throw new UnavailableError(this.#unavailable);
      const ownMs = call === null ? noTimeout : call.timeoutMs;
      const limitMs = ownMs === noTimeout ? timeoutMs : ownMs;
      this.#sendsTimeout[row] = isTimeoutGiven || ownMs !== noTimeout ? 1 : 0;
      table.enqueuedAt[row] = enqueuedAt;
      table.timeoutMs[row] = limitMs;
      table.deadlineAt[row] = enqueuedAt + limitMs;
      table.priority[row] = call === null ? 0 : call.priority;
      table.explain[row] = call === null ? explainCodes.unsaid : explainCodes.of(call.explain);
      this.#routingKeys[row] = call?.routingKey;
      if (call?.routingKey !== undefined && this.sizeOf(row) > this.#options.maxBytes())
        throw keyTooLong(call.routingKey);
      this.triesLeft[row] = retries;
      this.refusals[row] = 0;
      this.avoid[row] = null;
      this.frame[row] = 0;
      keepCaller(table, row, caller);
      if (id !== undefined) table.id[row] = id;
      if (typeof fallback === 'function') {
        table.request[row] = request;
        table.context[row] = currentContext();
      }
      if (call?.signal !== undefined) this.#watch(row, call.signal);
      this.#deadlines.add(row);
      this.waiting.add(row);
      this.maxWaiting = Math.max(this.maxWaiting, this.waiting.length);
      return true;
    } catch (error) {
      if (row !== noRow) this.#release(row);
      const refused = { request, context: null, id: undefined, caller, enqueuedAt, error: refusalError(error) };
      this.#failed.settle({ ...refused, isAbandoned: this.#abandoning });
      return false;
    }
  }

  /** The most bytes that a row takes in a frame. */
  sizeOf(row: number): number {
    return this.rows.sizeOf(row) + 3 * (this.#routingKeys[row]?.length ?? 0);
  }

  /** What is sent with a row. The time that is left is relative, because clocks of machines differ. */
  sentOptions(row: number, now: number): SentOptions {
    return {
      timeoutMs:
        this.#sendsTimeout[row] === 1 ? Math.max((this.table.deadlineAt[row] as number) - now, 0.1) : undefined,
      priority: this.table.priority[row] as number,
      explain: explainOf[this.table.explain[row] as number],
      routingKey: this.#routingKeys[row],
    };
  }

  /** Whether the row's request was sent and is not settled. */
  isSent(row: number): boolean {
    return this.table.state[row] === rowStates.running;
  }

  /** Whether the row's request is one of a list, which waits for room where a single request is refused. */
  isOfList(row: number): boolean {
    return (this.table.settlements[row] ?? null) !== null;
  }

  /** Settles a row with a node's answer. */
  answer(row: number, result: ScoreResult, now: number): void {
    const { table } = this;
    const enqueuedAt = table.enqueuedAt[row] as number;
    result.timing.totalMs = now - enqueuedAt;
    const statistics = this.#options.statistics();
    if (result.source === 'model') statistics.recordAnswer(result, enqueuedAt, this.sentAt[row] as number, now);
    else {
      statistics.recordError(receivedError({ code: result.error, message: '' }), false);
      statistics.recordFallback(result.error);
    }
    const caller = callerOf(table, row);
    this.#release(row);
    resolveCaller(caller, result);
  }

  /** Settles a row with an error, or with the fallback's decision. */
  fail(row: number, error: FraudScorerError): void {
    const { table } = this;
    const caller = callerOf(table, row);
    const [request, context] = [table.request[row] ?? null, table.context[row] ?? null];
    const [id, enqueuedAt] = [table.id[row], table.enqueuedAt[row] as number];
    this.#release(row);
    this.#failed.settle({ request, context, id, caller, enqueuedAt, error, isAbandoned: this.#abandoning });
  }

  /** Rejects all that is left because `close` ran out of time. @returns how many. */
  abandon(): number {
    let count = 0;
    this.#abandoning = true;
    for (const row of this.table.taken()) {
      count += 1;
      this.fail(row, new ClosedError('The remote scorer was closed before this request was answered'));
    }
    this.#abandoning = false;
    return count;
  }

  dispose(): void {
    this.#deadlines.dispose();
  }

  #watch(row: number, signal: AbortSignal): void {
    const generation = this.table.generation[row] as number;
    this.table.stopListening[row] = watchSignal(
      signal,
      (reason) => {
        if (this.table.isCurrent(row, generation)) this.fail(row, new AbortedError(reason));
      },
      this.#options.onFault,
    );
  }

  #release(row: number): void {
    const stopListening = this.table.stopListening[row];
    this.waiting.remove(row);
    this.#deadlines.remove(row);
    this.rows.remove(row);
    this.avoid[row] = null;
    this.table.release(row);
    stopListening?.();
    if (this.changes.isAwaited) this.changes.tell();
  }
}

function keyTooLong({ length }: string): InvalidOptionsError {
  const expected = 'a text that fits a message to a node, with its request';
  return new InvalidOptionsError([{ path: 'routingKey', expected, received: `one of ${length} characters` }]);
}
