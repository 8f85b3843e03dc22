import type { ProviderAttempt } from '../api/provider.js';
import type { FraudScorerError } from '../errors.js';
import { watched } from '../host/faults.js';
import { asError } from '../host/thrown.js';
import type { BatchReply, ExplainReply, ReadyReport, WorkerReport, WorkerTask } from '../protocol/serving.js';
import { Backoff, type ThreadEnd } from './backoff.js';
import { DeviceWatch } from './device-watch.js';
import { startError } from './handshake.js';
import { LeavingWorker } from './leaving-worker.js';
import { LostTask } from './lost-task.js';
import type { SeatOptions, SeatThread } from './seat-options.js';
import type { Ready, SeatState, Starting, Waiting } from './seat-state.js';
import { isTroubled, readyState, startingState } from './seat-state.js';
import type { ThreadExit } from './single-thread.js';
import { earlyExit } from './start-failure.js';

/** The place of one worker: its thread, and the threads that replace it, as long as the pool lives. */
export class WorkerSeat {
  readonly #options: SeatOptions;
  readonly #backoff = new Backoff();
  readonly #device = new DeviceWatch();
  #state: SeatState = { kind: 'waiting', timer: null, troubled: false };
  #last: ReadyReport | null = null;
  #problem: string | null = null;

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  get isReady(): boolean {
    return this.#state.kind === 'ready' && this.#state.thread.isAlive;
  }

  /** Whether its thread is starting and its file has not loaded yet. */
  get isLoadingFile(): boolean {
    return this.#state.kind === 'starting' && this.#state.thread?.isGreeted !== true;
  }

  /** Whether it has no worker because one hung, could not get ready or was withdrawn. A worker that only died does not count. */
  get isTroubled(): boolean {
    return this.#state.kind === 'ready' ? this.#device.isOnProbation : isTroubled(this.#state);
  }

  /** What the problem is; null if there is none. */
  get problem(): string | null {
    return this.isTroubled ? this.#problem : null;
  }

  /** The provider that its worker uses, or used last; null before the first was ready. */
  get provider(): ReadyReport['provider'] | null {
    return this.#last?.provider ?? null;
  }

  /** The results of the providers that its worker tried. */
  get trials(): readonly ProviderAttempt[] {
    return this.#last?.trials ?? [];
  }

  /** Number of its worker's open tasks. */
  get inHand(): number {
    return this.#state.kind === 'ready' ? this.#state.thread.inHand : 0;
  }

  start(): void {
    // If the first seat of a pool cannot start, all seats are ended before the others begin.
    if (this.#state.kind !== 'ended') this.#start(false);
  }

  /** @throws {LostTask} if there is no worker, or it does not answer. */
  run(task: WorkerTask): Promise<BatchReply | ExplainReply> {
    const state = this.#state;
    if (state.kind !== 'ready') return Promise.reject(new LostTask('unsent', 'No worker was ready'));
    const reply = state.thread.run<BatchReply | ExplainReply>(task);
    // The CPU cannot fail as a device does.
    if (state.report.provider === 'cpu') return reply;
    return reply.then(
      (answer) => this.#onAnswer(state, answer),
      (error: unknown) => {
        this.#endIfDrained(state);
        throw error;
      },
    );
  }

  /** Compiles the code that sends a task to the worker and back. Never rejects. */
  async warmUp(): Promise<void> {
    if (this.#state.kind === 'ready') await this.#state.thread.warmUp();
  }

  /** Replaces a worker that hangs or takes too long to start. */
  look(): void {
    if (this.#state.kind === 'starting') this.#lookAtStart(this.#state);
    else this.#lookForHang();
  }

  /** A thread has ended, so a thread that could not be started for lack of room may be possible now. */
  retry(): void {
    if (this.#state.kind === 'hung') this.#start(true);
  }

  /** Starts no more threads. The pool ends those that live. */
  end(): void {
    if (this.#state.kind === 'waiting') this.#state.timer?.clear();
    this.#state = { kind: 'ended' };
  }

  /** The same, permanently. @returns the worker, if there is one that may have open tasks. */
  leave(): LeavingWorker | null {
    const state = this.#state;
    this.end();
    const ready = state.kind === 'withdrawn' ? state.from : state;
    if (ready.kind === 'ready') return new LeavingWorker(ready, this.#options);
    if (ready.kind === 'starting' && ready.thread !== null) watched(ready.thread.release(), this.#options.onFault);
    return null;
  }

  #lookAtStart(starting: Starting): void {
    const { clock, workerHangMs, onSlow } = this.#options;
    const { thread, watch } = starting;
    if (thread === null) return;
    const seen = watch.look(thread.isGreeted, clock.now());
    if (seen === 'slow') {
      starting.troubled = true;
      this.#problem = `a worker has been starting for ${workerHangMs} ms`;
      onSlow(this.#problem);
    } else if (seen !== 'fine') {
      this.#giveUpStart(thread, startError(seen, thread, this.#options));
    }
  }

  #giveUpStart(thread: SeatThread, error: FraudScorerError): void {
    thread.giveUp();
    this.#onUnusable(error);
  }

  #lookForHang(): void {
    const ready = this.#state.kind === 'withdrawn' ? this.#state.from : this.#state;
    if (ready.kind !== 'ready' || !ready.watch.look(ready.thread.oldest, this.#options.clock.now())) return;
    const end = { servedMs: this.#options.clock.now() - ready.since, overTask: true };
    const isKnown = this.#state.kind === 'withdrawn';
    this.#problem = `it hung: nothing came back for ${this.#options.workerHangMs} ms`;
    const next = this.#wait(true);
    ready.thread.giveUp();
    if (!isKnown) this.#options.onLost(this.#problem);
    this.#startAgain(next, end);
  }

  #start(troubled: boolean): void {
    const starting = startingState(troubled, this.#options);
    this.#state = starting;
    let thread: SeatThread | null;
    try {
      thread = this.#options.spawn({
        onReport: (report) => {
          if (this.#state === starting && starting.thread !== null) this.#onReport(starting.thread, report);
        },
        onStranger: (error) => {
          if (this.#state === starting && starting.thread !== null) this.#giveUpStart(starting.thread, error);
        },
      });
    } catch (error) {
      // A machine or container that cannot start a thread now may be able to do so later.
      this.#onUnusable(asError(error));
      return;
    }
    if (thread === null) {
      this.#state = { kind: 'hung' };
      return;
    }
    starting.thread = thread;
    watched(
      thread.exited.then((exit) => this.#onExited(thread, exit)),
      this.#options.onFault,
    );
  }

  #onReport(thread: SeatThread, report: WorkerReport): void {
    const { problemWith, onReady, line } = this.#options;
    const problem = problemWith(report);
    if (problem !== null || report.kind !== 'ready') {
      this.#onUnusable(problem ?? new Error('a worker could not get ready'));
      watched(thread.release(), this.#options.onFault);
      return;
    }
    this.#last = report;
    thread.openLine(line, report);
    this.#state = readyState(thread, report, this.#options);
    onReady(report);
  }

  /** @throws {LostTask} if the device failed. The task is not the cause, and another worker may answer it. */
  #onAnswer(state: Ready, answer: BatchReply | ExplainReply): BatchReply | ExplainReply {
    const problem = this.#device.look(answer);
    if (problem !== null && this.#state === state) this.#withdraw(state, problem);
    this.#endIfDrained(state);
    if (problem !== null) throw new LostTask('died', 'The device failed');
    return answer;
  }

  /** Takes the worker out of use. It may still answer another open task. */
  #withdraw(state: Ready, problem: string): void {
    this.#state = { kind: 'withdrawn', from: state };
    this.#problem = problem;
    this.#options.onLost(problem);
  }

  #endIfDrained({ thread, since }: Ready): void {
    const state = this.#state;
    if (state.kind !== 'withdrawn' || state.from.thread !== thread || thread.inHand > 0) return;
    const next = this.#wait(true);
    watched(thread.release(), this.#options.onFault);
    this.#startAgain(next, { servedMs: this.#options.clock.now() - since, overTask: false, ofDevice: true });
  }

  #onExited(thread: SeatThread, exit: ThreadExit): void {
    const state = this.#state;
    if (state.kind === 'withdrawn') this.#endIfDrained(state.from);
    if ((state.kind !== 'starting' && state.kind !== 'ready') || state.thread !== thread) return;
    if (state.kind === 'starting') {
      this.#onUnusable(earlyExit(exit, thread.file, thread.isGreeted));
      return;
    }
    const next = this.#wait(false);
    this.#options.onLost(exit.reason);
    this.#startAgain(next, { servedMs: this.#options.clock.now() - state.since, overTask: thread.endedOverTask });
  }

  #onUnusable(error: Error): void {
    const next = this.#wait(true);
    this.#problem = error.message;
    this.#options.onUnusable(error);
    this.#startAgain(next, { servedMs: 0, overTask: false });
  }

  #wait(troubled: boolean): Waiting {
    const waiting: Waiting = { kind: 'waiting', timer: null, troubled };
    this.#state = waiting;
    return waiting;
  }

  /** Starts again, unless a listener that heard of the loss has ended the pool. */
  #startAgain(waiting: Waiting, end: ThreadEnd): void {
    if (this.#state !== waiting) return;
    const delayMs = this.#backoff.nextDelayMs(end);
    if (delayMs === 0) this.#start(waiting.troubled);
    else waiting.timer = this.#options.clock.background(delayMs, () => this.#start(waiting.troubled));
  }
}
