import type { ScoreOptions, ScoreRequest } from '../api/request.js';
import type { ScoreResult } from '../api/result.js';
import { AbortedError, ClosedError, DeadlineExceededError, type FraudScorerError, QueueFullError } from '../errors.js';
import { currentContext } from '../host/async-context.js';
import { watchSignal } from '../requests/abort-registry.js';
import { idOf } from '../requests/id-of.js';
import { asIntakeError, refuseIfAborted } from '../requests/refusals.js';
import type { ManyIntake } from '../requests/score-many.js';
import { isAborted, readScoreOptions } from '../requests/score-options.js';
import { Waiters } from '../requests/waiters.js';
import type { Answer } from './answer.js';
import type { FakeCall, OpenCall } from './fake-call.js';
import type { ResolvedFakeOptions } from './fake-options.js';
import { FakeSettler, type SettlerParts } from './fake-settler.js';
import type { Routed } from './fake-versions.js';
import { modelResult } from './results.js';
import type { Settlement, WaitingRequest, WaitingRequests } from './waiting-requests.js';

export interface EngineParts extends SettlerParts {
  options: ResolvedFakeOptions;
  waiting: WaitingRequests;
}

/** Takes requests in, or refuses them as a real scorer does, and answers them by the script. */
export class FakeEngine {
  readonly #parts: EngineParts;
  readonly #settler: FakeSettler;
  readonly #changes = new Waiters();
  readonly #calls: FakeCall[] = [];
  #isClosed = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#settler = new FakeSettler(parts);
  }

  /** The requests that were sent, in their order. */
  get calls(): readonly FakeCall[] {
    return this.#calls;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  score(request: ScoreRequest, options: ScoreOptions | undefined): Promise<ScoreResult> {
    return new Promise((resolve, reject) => this.#submit('score', request, options, { resolve, reject }));
  }

  /** The door as `scoreMany` needs it. @throws {InvalidOptionsError} where the options are not as documented. */
  manyIntake(options: ScoreOptions | undefined): ManyIntake {
    const { options: own, waiting } = this.#parts;
    const signal = options === undefined ? undefined : readScoreOptions(options, own.timeoutMs).signal;
    const engine = this;
    return {
      get isFull() {
        return waiting.count >= own.maxQueueSize;
      },
      get isOver() {
        return engine.isClosed || (signal !== undefined && isAborted(signal));
      },
      room: () => this.#changes.wait(),
      submit: (request, settlements, place) =>
        this.#submit('scoreMany', request, options, {
          resolve: (result) => settlements.resolve(place, result),
          reject: (error) => settlements.reject(place, error),
        }),
      turn: () => new Promise((resolve) => own.clock.soon(resolve)),
    };
  }

  /** Takes nothing in any more. */
  closeDoor(): void {
    this.#isClosed = true;
    this.#changes.tell();
  }

  /** Resolves once nothing waits, after at most so many milliseconds. @returns how many were given up then. */
  async drain(timeoutMs: number): Promise<number> {
    const { waiting, options } = this.#parts;
    let isOver = false;
    const timer = Number.isFinite(timeoutMs)
      ? options.clock.after(timeoutMs, () => {
          isOver = true;
          this.#changes.tell();
        })
      : null;
    while (waiting.count > 0 && !isOver) await this.#changes.wait();
    timer?.clear();
    const abandoned = waiting.all;
    for (const request of abandoned) {
      this.#fail(request, new ClosedError('The scorer was closed before this request was answered'));
    }
    return abandoned.length;
  }

  #submit(
    method: FakeCall['method'],
    request: ScoreRequest,
    options: ScoreOptions | undefined,
    settlement: Settlement,
  ): void {
    const { options: own, waiting, statistics, events, versions } = this.#parts;
    const call: OpenCall = { method, request, options: options ?? {}, result: null, error: null };
    this.#calls.push(call);
    const context = typeof own.fallback === 'function' || events.decisionListeners > 0 ? currentContext() : null;
    const enqueuedAt = own.clock.now();
    const seen = { call, request, context, enqueuedAt, settlement, amount: Number.NaN };
    let id: string | undefined;
    let routed: Routed | null = null;
    try {
      this.#refuseIfClosed();
      const read = readScoreOptions(options ?? {}, own.timeoutMs);
      const { signal, timeoutMs, routingKey, explain = own.explain } = read;
      refuseIfAborted(signal);
      routed = versions.route(routingKey ?? idOf(request));
      const { check } = routed.version.options;
      id = check.read(request);
      // Reading it may have run code of the host's.
      this.#refuseIfClosed();
      refuseIfAborted(signal);
      if (waiting.count >= own.maxQueueSize) throw new QueueFullError(own.maxQueueSize);
      const copies = this.#settler.copies.take(versions.shadows, request);
      const entry = { ...seen, id, amount: check.amount[0] ?? Number.NaN, explain, routed, copies };
      waiting.add(entry, this.#watch(entry, signal));
      statistics.recordWaiting();
      this.#begin(entry, timeoutMs);
    } catch (error) {
      this.#settler.fail({ ...seen, id, explain: false, routed, copies: [] }, asIntakeError(error), false);
    }
  }

  /** Asks the script, and has the answer given when it is due: never before `score` has returned. */
  #begin(entry: WaitingRequest, timeoutMs: number): void {
    const { options, waiting } = this.#parts;
    const next = options.script.next(entry.request, entry.call.options);
    const expire = (): void => this.#fail(entry, new DeadlineExceededError(timeoutMs));
    if (next instanceof Promise) {
      waiting.after(entry, timeoutMs, expire);
      next.then((answer) => this.#answerLater(entry, answer, options.clock.now() - entry.enqueuedAt));
      return;
    }
    const latencyMs = next.latencyMs ?? options.latencyMs;
    if (latencyMs === 0) Promise.resolve().then(() => this.#answer(entry, next, 0));
    else if (latencyMs < timeoutMs) waiting.after(entry, latencyMs, () => this.#answer(entry, next, latencyMs));
    else waiting.after(entry, timeoutMs, expire);
  }

  /** An answer that was waited for may have a latency of its own on top. */
  #answerLater(entry: WaitingRequest, answer: Answer, waitedMs: number): void {
    const latencyMs = answer.latencyMs ?? 0;
    if (latencyMs === 0) this.#answer(entry, answer, waitedMs);
    else this.#parts.waiting.after(entry, latencyMs, () => this.#answer(entry, answer, waitedMs + latencyMs));
  }

  #answer(entry: WaitingRequest, answer: Answer, latencyMs: number): void {
    if (answer.error !== undefined) {
      this.#fail(entry, answer.error);
      return;
    }
    if (!this.#leave(entry)) return;
    const { id, explain, routed } = entry;
    const { options, model, policy } = routed?.version ?? this.#parts.versions.primary;
    const timing = { queueMs: 0, inferenceMs: latencyMs, totalMs: latencyMs, batchSize: 1 };
    const basis = { manifest: options.manifest, model, policy, explain };
    this.#settler.answer(entry, modelResult(answer, basis, id, timing));
  }

  #fail(entry: WaitingRequest, error: FraudScorerError): void {
    if (!this.#leave(entry)) return;
    this.#settler.fail(entry, error, true);
  }

  /** @returns whether it still waited: it is settled once. */
  #leave(entry: WaitingRequest): boolean {
    if (!this.#parts.waiting.remove(entry)) return false;
    if (this.#changes.isAwaited) this.#changes.tell();
    return true;
  }

  /** @returns stops watching. */
  #watch(entry: WaitingRequest, signal: AbortSignal | undefined): () => void {
    if (signal === undefined) return () => {};
    return watchSignal(
      signal,
      (reason) => this.#fail(entry, new AbortedError(reason)),
      (error) => {
        throw error;
      },
    );
  }

  #refuseIfClosed(): void {
    if (this.#isClosed) throw new ClosedError('The scorer is closed');
  }
}
