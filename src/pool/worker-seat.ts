import type { Clock, Timer } from '../clock.js';
import { WorkerLostError } from '../errors.js';
import { Backoff, type ThreadEnd } from './backoff.js';
import { HangWatch } from './hang-watch.js';
import { LostTask } from './lost-task.js';
import type { BatchReply, ExplainReply, ReadyReport, TaskFailure, WorkerReport, WorkerTask } from './protocol.js';

/** What a seat needs of a thread. */
export interface SeatThread {
  /** Resolves when it has ended, with why. */
  readonly exited: Promise<string>;
  /** Whether it takes tasks. */
  readonly isAlive: boolean;
  /** Whether it died with a task in hand. */
  readonly endedOverTask: boolean;
  readonly inHand: number;
  readonly answered: number;
  run<R>(task: unknown): Promise<R | TaskFailure>;
  giveUp(): void;
  release(): Promise<boolean>;
}

export interface SeatOptions {
  clock: Clock;
  /** How long a task may take before its worker counts as hung. */
  workerHangMs: number;
  /** How often `lookForHang` is called. */
  lookEveryMs: number;
  /** Starts a thread, which reports to `onReport`; null where as many hang as may. */
  spawn: (onReport: (report: WorkerReport) => void) => SeatThread | null;
  /** @returns why a report is not to be accepted, or null. */
  problemWith: (report: WorkerReport) => Error | null;
  onReady: (report: ReadyReport) => void;
  /** A thread could not get ready. */
  onUnusable: (error: Error) => void;
  /** A thread that was ready died, or was given up. */
  onLost: (reason: string) => void;
}

interface Starting {
  kind: 'starting';
  /** null while it is made. */
  thread: SeatThread | null;
  troubled: boolean;
}

interface Waiting {
  kind: 'waiting';
  timer: Timer | null;
  troubled: boolean;
}

/**
 * Where a seat stands. `waiting`: for its turn to start a thread again. `hung`: its thread hangs, as do so many others that no
 * thread can be started until one of them has ended. `troubled`: a thread hung, or could not get ready, and none has since.
 */
type SeatState =
  | Starting
  | { kind: 'ready'; thread: SeatThread; since: number; watch: HangWatch }
  | Waiting
  | { kind: 'hung' }
  | { kind: 'ended' };

/** A place for one worker: its thread, and after it the next, for as long as the pool lives. */
export class WorkerSeat {
  readonly #options: SeatOptions;
  readonly #backoff = new Backoff();
  #state: SeatState = { kind: 'waiting', timer: null, troubled: false };

  constructor(options: SeatOptions) {
    this.#options = options;
  }

  get isReady(): boolean {
    return this.#state.kind === 'ready' && this.#state.thread.isAlive;
  }

  /** Whether it has no worker because one hung or could not get ready, and not merely because one died. */
  get isTroubled(): boolean {
    const state = this.#state;
    if (state.kind === 'starting' || state.kind === 'waiting') return state.troubled;
    return state.kind === 'hung';
  }

  /** Tasks its worker has in hand. */
  get inHand(): number {
    return this.#state.kind === 'ready' ? this.#state.thread.inHand : 0;
  }

  start(): void {
    this.#start(false);
  }

  /** @throws {LostTask} where there is no worker, or it does not answer. */
  run(task: WorkerTask): Promise<BatchReply | ExplainReply> {
    if (this.#state.kind !== 'ready') return Promise.reject(new LostTask('unsent', 'No worker was ready'));
    return this.#state.thread.run<BatchReply | ExplainReply>(task);
  }

  /** Replaces a worker that hangs. */
  lookForHang(): void {
    const state = this.#state;
    if (state.kind !== 'ready' || !state.watch.look(state.thread, this.#options.clock.now())) return;
    const end = { servedMs: this.#servedMs(state.since), overTask: true };
    const next = this.#wait(true);
    state.thread.giveUp();
    this.#options.onLost(`it hung: nothing came back for ${this.#options.workerHangMs} ms`);
    this.#startAgain(next, end);
  }

  /** A thread has ended somewhere: one that could not be started for want of room may be now. */
  retry(): void {
    if (this.#state.kind === 'hung') this.#start(true);
  }

  /** Starts no thread any more. Those that live are the pool's to end. */
  end(): void {
    if (this.#state.kind === 'waiting') this.#state.timer?.clear();
    this.#state = { kind: 'ended' };
  }

  #start(troubled: boolean): void {
    const starting: Starting = { kind: 'starting', thread: null, troubled };
    this.#state = starting;
    const thread = this.#options.spawn((report) => {
      if (this.#state === starting && starting.thread !== null) this.#onReport(starting.thread, report);
    });
    if (thread === null) {
      this.#state = { kind: 'hung' };
      return;
    }
    starting.thread = thread;
    void thread.exited.then((reason) => this.#onExited(thread, reason));
  }

  #onReport(thread: SeatThread, report: WorkerReport): void {
    const { clock, workerHangMs, lookEveryMs, problemWith, onReady } = this.#options;
    const problem = problemWith(report);
    if (problem !== null || report.kind !== 'ready') {
      this.#onUnusable(problem ?? new Error('a worker could not get ready'));
      void thread.release();
      return;
    }
    this.#state = { kind: 'ready', thread, since: clock.now(), watch: new HangWatch(workerHangMs, lookEveryMs) };
    onReady(report);
  }

  #onExited(thread: SeatThread, reason: string): void {
    const state = this.#state;
    if ((state.kind !== 'starting' && state.kind !== 'ready') || state.thread !== thread) return;
    if (state.kind === 'starting') {
      this.#onUnusable(new WorkerLostError(`A worker died while it started: ${reason}`));
      return;
    }
    const next = this.#wait(false);
    this.#options.onLost(reason);
    this.#startAgain(next, { servedMs: this.#servedMs(state.since), overTask: thread.endedOverTask });
  }

  #onUnusable(error: Error): void {
    const next = this.#wait(true);
    this.#options.onUnusable(error);
    this.#startAgain(next, { servedMs: 0, overTask: false });
  }

  #wait(troubled: boolean): Waiting {
    const waiting: Waiting = { kind: 'waiting', timer: null, troubled };
    this.#state = waiting;
    return waiting;
  }

  /** Unless whoever heard of the loss has ended the pool. */
  #startAgain(waiting: Waiting, end: ThreadEnd): void {
    if (this.#state !== waiting) return;
    const delayMs = this.#backoff.nextDelayMs(end);
    if (delayMs === 0) this.#start(waiting.troubled);
    else waiting.timer = this.#options.clock.background(delayMs, () => this.#start(waiting.troubled));
  }

  #servedMs(since: number): number {
    return this.#options.clock.now() - since;
  }
}
