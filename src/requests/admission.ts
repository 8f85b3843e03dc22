import type { ScoreOptions, ScoreRequest } from '../api/request.js';
import { AbortedError, ClosedError, DeadlineExceededError, type FraudScorerError, QueueFullError } from '../errors.js';
import { currentContext } from '../host/async-context.js';
import { isLasting } from '../host/lasting-signal.js';
import { bucketOf } from '../monitoring/comparison/key-buckets.js';
import { type CallTrace, Traces } from '../monitoring/traces/traces.js';
import { watchSignal } from './abort-registry.js';
import type { AdmissionOptions, Intake } from './admission-options.js';
import type { Caller } from './caller.js';
import { explainCodes } from './explain-codes.js';
import { idOf } from './id-of.js';
import { LastingAborts } from './lasting-aborts.js';
import { readRequest } from './read-request.js';
import { asIntakeError, refuseIfAborted } from './refusals.js';
import { noRow, type Reject, type RequestTable, type Resolve, rowStates, type Settlements } from './request-table.js';
import { type CallOptions, readScoreOptions } from './score-options.js';

/** The position of a request if versions do not share the traffic. */
const unplaced = -1;

/** The entry point of `score`: checks a request, copies its features into a row and queues it, or refuses it. */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #table: RequestTable;
  readonly #traces: Traces;
  readonly #lasting: LastingAborts;
  /** Number of requests that are being read. Host code that runs meanwhile may send others. */
  #depth = 0;
  /** Number of rows whose requests were refused and that could not be released. */
  #leftovers = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#table = options.table;
    this.#traces = options.traces ?? new Traces();
    this.#lasting = new LastingAborts(options);
  }

  /** The default timeout of a request, in ms. */
  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /** Whether the queue is full. A closed scorer refuses for another reason. */
  get isFull(): boolean {
    return !this.#options.door.isClosed && this.#hasNoRoom();
  }

  /** Whether every request of a call with this signal is refused, whatever it contains. */
  isOver(signal: AbortSignal | undefined): boolean {
    try {
      this.#refuseIfClosed();
      refuseIfAborted(signal);
      return false;
    } catch {
      return true;
    }
  }

  /** Takes a request in, or refuses it. The result goes to the promise's functions. Never throws. */
  submit(request: ScoreRequest, options: ScoreOptions | undefined, resolve: Resolve, reject: Reject): void {
    this.#submit(request, options, resolve, reject, null, 0, null);
  }

  /**
   * The same for a request of a list. The result goes to the request's place. @param call the trace of the list's call, if there is one.
   */
  submitOf(
    settlements: Settlements,
    place: number,
    request: ScoreRequest,
    options: ScoreOptions | undefined,
    call: CallTrace | null,
  ): void {
    this.#submit(request, options, null, null, settlements, place, call);
  }

  #submit(
    request: ScoreRequest,
    options: ScoreOptions | undefined,
    resolve: Resolve | null,
    reject: Reject | null,
    settlements: Settlements | null,
    place: number,
    list: CallTrace | null,
  ): void {
    const { clock, deployments, copies, events, keepsRequests, unrouted } = this.#options;
    const table = this.#table;
    const enqueuedAt = clock.now();
    const context = keepsRequests || events.decisionListeners > 0 ? currentContext() : null;
    const trace = this.#traces.isActive ? this.#traces.begin(list) : null;
    let deployment = deployments.primary;
    let routePlace = unplaced;
    let row = noRow;
    let id: string | undefined;
    // The statistics that count a refusal. Before a version is chosen, they belong to no version.
    let observer = unrouted;
    this.#depth += 1;
    try {
      this.#refuseIfClosed();
      const call = options === undefined ? null : readScoreOptions(options, this.#options.timeoutMs);
      refuseIfAborted(call?.signal);
      if (deployments.isSplit) {
        routePlace = deployments.placeOf(call?.routingKey ?? idOf(request));
        deployment = deployments.route(routePlace);
      }
      observer = deployment.stats;
      // The queue is checked first. But an invalid request is refused as invalid even if the queue is full.
      row = this.#hasNoRoom() ? noRow : table.claim();
      // Set it now, so that a version that is retired meanwhile still answers this request.
      if (row !== noRow) table.version[row] = deployment.index;
      const { features, scratchRow } = deployment;
      id = readRequest(
        request,
        features.layout,
        features.floats,
        (row === noRow ? scratchRow : row) * features.layout.stride,
        features.reader,
        table.amount,
        row === noRow ? table.capacity : row,
      );
      // Reading the request may have run host code, which may have called any method.
      this.#refuseIfClosed();
      refuseIfAborted(call?.signal);
      const { maxQueueSize } = this.#options;
      if (row === noRow || deployments.waiting >= maxQueueSize) {
        // All versions share the queue.
        observer = unrouted;
        throw new QueueFullError(maxQueueSize, { expectedWaitMs: deployment.expectedWaitMs });
      }
      if (routePlace !== unplaced && deployments.isCrowded(deployment.index, maxQueueSize)) {
        const { expectedWaitMs } = deployment;
        throw new QueueFullError(maxQueueSize, { isOfVersion: true, expectedWaitMs });
      }
      const timeoutMs = call === null ? this.#options.timeoutMs : call.timeoutMs;
      const priority = call === null ? 0 : call.priority;
      if (!deployment.batcher.canAnswerWithin(timeoutMs, priority)) {
        throw new DeadlineExceededError(timeoutMs, { isEarly: true });
      }
      table.enqueuedAt[row] = enqueuedAt;
      table.timeoutMs[row] = timeoutMs;
      table.deadlineAt[row] = enqueuedAt + timeoutMs;
      table.priority[row] = priority;
      table.explain[row] = call === null ? explainCodes.unsaid : explainCodes.of(call.explain);
      if (routePlace !== unplaced) table.bucket[row] = bucketOf(routePlace);
      if (resolve !== null) {
        table.resolve[row] = resolve;
        table.reject[row] = reject;
      } else {
        table.settlements[row] = settlements;
        table.place[row] = place;
      }
      if (id !== undefined) table.id[row] = id;
      if (context !== null) table.context[row] = context;
      if (keepsRequests) table.request[row] = request;
      if (call?.signal !== undefined) this.#watch(row, call);
      if (trace !== null) this.#traces.keep(row, trace);
      this.#options.deadlines.add(row);
      deployment.batcher.add(row);
      if (copies.isActive) copies.add(row, request);
    } catch (error) {
      if (row !== noRow) {
        this.#leftovers += 1;
        if (trace !== null) this.#traces.take(row);
        this.#letGo(row, deployment);
        this.#leftovers -= 1;
      }
      const known = asIntakeError(error);
      const caller = {
        ...{ request, id, enqueuedAt, context, trace, isRouted: observer !== unrouted },
        resolve: resolve ?? ((result) => settlements?.resolve(place, result)),
        reject: reject ?? ((reason: FraudScorerError) => settlements?.reject(place, reason)),
      } satisfies Caller;
      this.#options.settler.refuse(caller, known, deployment.model, observer);
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0 && this.#leftovers > 0) this.#clearUp();
    }
  }

  /** Releases rows that could not be released because the stack was full. Called when no request is being read any more. */
  #clearUp(): void {
    const { state } = this.#table;
    for (const row of this.#table.taken()) {
      if (state[row] === rowStates.entering) this.#letGo(row, this.#options.deployments.primary);
    }
    this.#leftovers = 0;
  }

  /** Releases a row whose request is refused after all. The scorer may have been closed meanwhile and may wait for it. */
  #letGo(row: number, { batcher }: Intake): void {
    const { deadlines, changes } = this.#options;
    const stopListening = this.#table.stopListening[row] as (() => void) | null;
    batcher.remove(row);
    deadlines.remove(row);
    this.#table.release(row);
    stopListening?.();
    if (changes.isAwaited) changes.tell();
  }

  /** @throws {InvalidOptionsError} if the signal is the host's own implementation and throws. */
  #watch(row: number, { signal }: CallOptions): void {
    if (signal === undefined) return;
    if (isLasting(signal)) {
      this.#lasting.watch(row, signal);
      return;
    }
    const { onAborted, onFault } = this.#options;
    const generation = this.#table.generation[row] as number;
    const abort = (reason: unknown): void => {
      if (this.#table.isCurrent(row, generation)) onAborted(row, new AbortedError(reason));
    };
    this.#table.stopListening[row] = watchSignal(signal, abort, onFault);
  }

  #hasNoRoom(): boolean {
    return this.#options.deployments.waiting >= this.#options.maxQueueSize || this.#table.freeCount === 0;
  }

  #refuseIfClosed(): void {
    if (this.#options.door.isClosed) throw new ClosedError('The scorer is closed');
  }
}
