import type { DeviceSummary } from '../api/provider.js';
import { StartTimeoutError } from '../errors.js';
import type { Timer } from '../host/clock.js';
import { contained, watched } from '../host/faults.js';
import { asError } from '../host/thrown.js';
import type { BatchReply, BatchTask, ColumnsTask, ExplainReply, ExplainTask, WorkerTask } from '../protocol/serving.js';
import { deviceSummaries, providerInUse } from './devices.js';
import { lookEveryMs } from './hang-watch.js';
import type { LeavingWorker } from './leaving-worker.js';
import { LostTask } from './lost-task.js';
import { makeSeat, makeSeats, type SeatParts } from './make-seats.js';
import type { WorkerPoolOptions } from './pool-options.js';
import { lossAtStart, missingWorkers, PoolStart } from './pool-start.js';
import { PoolThreads } from './pool-threads.js';
import { requireRoomForThreads } from './thread-room.js';
import type { WorkerSeat } from './worker-seat.js';

/** Worker threads, each with the model loaded and warmed up. A worker that dies or hangs is replaced. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #threads: PoolThreads;
  readonly #seats: WorkerSeat[];
  readonly #seatParts: SeatParts;
  /** Workers that the pool does not need any more. */
  #leaving: LeavingWorker[] = [];
  readonly #watch: Timer;
  readonly #start = new PoolStart();
  /** The worker that is reserved for a task that must run alone. */
  #quiet: WorkerSeat | null = null;
  #lost = 0;
  /** Number of seats that have begun to start. */
  #started = 0;
  #released: Promise<boolean> | null = null;

  /**
   * Resolves when every worker has loaded the model and warmed up.
   *
   * @throws {ProviderUnavailableError} if no provider works here, or the runtime or the worker's file cannot be loaded.
   * @throws {ModelInvalidError} if the model cannot be loaded or run.
   * @throws {OutOfResourcesError} if no memory, thread or file descriptor is left.
   * @throws {InvalidOptionsError} if the worker's file is another file.
   * @throws {StartTimeoutError} if it takes longer than `startTimeoutMs`.
   * @throws {WorkerLostError} if a worker dies during the start.
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    requireRoomForThreads(options.workers);
    const pool = new WorkerPool(options);
    const stop = (): void => pool.#stopStart(options.signal?.reason);
    options.signal?.addEventListener('abort', stop);
    if (options.signal?.aborted === true) stop();
    try {
      await pool.#start.ended;
    } catch (error) {
      // Hung threads are not waited for.
      if (!(error instanceof StartTimeoutError)) await pool.release();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
    return pool;
  }

  private constructor(options: WorkerPoolOptions) {
    const { workers, mostWorkers, clock, workerHangMs, startTimeoutMs, exitWaitMs, onAbandoned, onFault } = options;
    this.#options = options;
    this.#threads = new PoolThreads({
      // Twice the workers: each may be replaced while its previous thread hangs or answers its open tasks.
      ...{ slots: mostWorkers * 2, clock, exitWaitMs, loadWaitMs: startTimeoutMs, onAbandoned, onFault },
      onEnded: () => {
        for (const seat of this.#seats) seat.retry();
      },
    });
    const periodMs = lookEveryMs(Math.min(workerHangMs, startTimeoutMs));
    this.#seatParts = {
      threads: this.#threads,
      start: this.#start,
      lookEveryMs: periodMs,
      onReady: (report) => {
        options.onReady(report);
        this.#startNext();
        if (!this.#start.isOver && this.readyWorkers === workers) this.#warmUp();
      },
      onUnusable: (error) => this.#onUnusable(error),
      onLost: (reason) => this.#onLost(reason),
    };
    this.#seats = makeSeats(options, this.#seatParts);
    this.#watch = clock.every(periodMs, () => {
      // A failure in one seat must not stop the check of the others.
      for (const seat of this.#seats) contained(() => seat.look(), onFault);
      for (const worker of this.#leaving) contained(() => worker.look(), onFault);
      this.#leaving = this.#leaving.filter(({ hasLeft }) => !hasLeft);
    });
    if (options.startsInTurn === true) this.#startNext();
    else for (const seat of this.#seats) seat.start();
  }

  get readyWorkers(): number {
    let ready = 0;
    for (const seat of this.#seats) if (seat.isReady) ready += 1;
    return ready;
  }

  /** Missing workers that hung or could not be replaced. */
  get troubledWorkers(): number {
    return this.#seats.filter((seat) => seat.isTroubled).length;
  }

  /** What is wrong with a missing worker; null if none is missing, or one only died. */
  get problem(): string | null {
    return this.#seats.find(({ problem }) => problem !== null)?.problem ?? null;
  }

  /** The most preferred provider among the ready workers, with the results of the other providers. */
  get inUse(): ReturnType<typeof providerInUse> {
    return providerInUse(this.#seats, this.#options.config.providers);
  }

  /** The devices in the given order; empty if no worker ever ran on one. */
  get devices(): DeviceSummary[] {
    return deviceSummaries(this.#seats, this.#options.devices);
  }

  /** Workers that died or hung while they were in use. */
  get lostWorkers(): number {
    return this.#lost;
  }

  /**
   * Reserves one worker, so that it takes no new tasks and a task can run alone on it. Or ends the reservation.
   *
   * @returns whether the reserved worker exists and has no open tasks.
   */
  keepQuiet(isWanted: boolean): boolean {
    if (!isWanted) this.#quiet = null;
    else if (this.#quiet?.isReady !== true) this.#quiet = this.#leastBusy();
    return this.#quiet?.inHand === 0;
  }

  /**
   * Runs one task on the least busy worker.
   *
   * @param isAlone run it on the worker that `keepQuiet` reserved.
   * @throws {LostTask} if no worker answers it.
   */
  run(task: BatchTask | ColumnsTask, isAlone?: boolean): Promise<BatchReply>;
  run(task: ExplainTask): Promise<ExplainReply>;
  run(task: WorkerTask, isAlone = false): Promise<BatchReply | ExplainReply> {
    const seat = isAlone ? this.#quiet : this.#leastBusy();
    return seat === null ? Promise.reject(new LostTask('unsent', 'No worker was ready')) : seat.run(task);
  }

  /**
   * Changes the number of workers. Missing workers are started. Surplus workers accept no task any more and end after their open tasks.
   * Does nothing before the start is over or after the end.
   *
   * @param workers from 1 to `mostWorkers`.
   */
  resize(workers: number): void {
    if (!this.#start.isOver || this.#released !== null) return;
    while (this.#seats.length > workers) {
      const seat = this.#seats.pop();
      if (seat === undefined) break;
      if (seat === this.#quiet) this.#quiet = null;
      const worker = seat.leave();
      if (worker !== null && !worker.hasLeft) this.#leaving.push(worker);
    }
    while (this.#seats.length < Math.min(workers, this.#options.mostWorkers)) {
      const seat = makeSeat(this.#seats.length, this.#seats, this.#options, this.#seatParts);
      this.#seats.push(seat);
      seat.start();
    }
  }

  /**
   * Ends the workers, each when it is outside the runtime, because ending it inside would abort the process.
   *
   * @returns whether all could be ended. A hung worker is left behind.
   */
  release(): Promise<boolean> {
    if (this.#released === null) {
      this.#retire();
      this.#released = this.#threads.release();
    }
    return this.#released;
  }

  /** The same without waiting. */
  #abandon(): void {
    this.#retire();
    this.#threads.abandon();
    this.#released = Promise.resolve(false);
  }

  /** Starts no more threads. */
  #retire(): void {
    this.#watch.clear();
    this.#quiet = null;
    for (const seat of this.#seats) seat.end();
  }

  /** For seats that start one after the other. */
  #startNext(): void {
    if (this.#options.startsInTurn !== true || this.#start.isOver) return;
    this.#started += 1;
    this.#seats[this.#started - 1]?.start();
  }

  /** Ends the start if it is not over. */
  #stopStart(reason: unknown): void {
    const isLate = reason instanceof StartTimeoutError;
    const missing = (): string => missingWorkers(this.#seats, this.#options.workerFile);
    this.#failStart(isLate ? new StartTimeoutError(`${reason.message}: ${missing()}`) : asError(reason));
  }

  /** The start ends after this step. A worker that hangs or dies during it counts as one that could not start. */
  #warmUp(): void {
    const warmedUp = Promise.all(this.#seats.map((seat) => seat.warmUp()));
    watched(
      warmedUp.then(() => this.#start.succeed()),
      this.#options.onFault,
    );
  }

  /** The least busy ready worker, without the reserved one; null if there is none. */
  #leastBusy(): WorkerSeat | null {
    let best: WorkerSeat | null = null;
    for (const seat of this.#seats) {
      if (!seat.isReady || seat === this.#quiet) continue;
      if (best === null || seat.inHand < best.inHand) best = seat;
    }
    return best;
  }

  #onLost(reason: string): void {
    this.#lost += 1;
    if (!this.#failStart(lossAtStart(reason))) this.#options.onLost(reason);
  }

  #onUnusable(error: Error): void {
    if (!this.#failStart(error)) this.#options.onNotReplaced(error);
  }

  /** Fails the start at once, so that no seat starts another thread. @returns false if the start was already over. */
  #failStart(error: Error): boolean {
    if (!this.#start.fail(error)) return false;
    if (error instanceof StartTimeoutError) this.#abandon();
    else watched(this.release(), this.#options.onFault);
    return true;
  }
}
