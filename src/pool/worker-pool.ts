import type { ResourceLimits } from 'node:worker_threads';
import type { DeviceSummary, Provider } from '../api/provider.js';
import { StartTimeoutError, WorkerLostError } from '../errors.js';
import type { Clock, Timer } from '../host/clock.js';
import { contained, type FaultReport, watched } from '../host/faults.js';
import { outOfResources } from '../host/out-of-resources.js';
import { asError } from '../host/thrown.js';
import type { GuardedData } from '../protocol/guard.js';
import type {
  BatchReply,
  BatchTask,
  ColumnsTask,
  ExplainReply,
  ExplainTask,
  ReadyReport,
  WorkerConfig,
  WorkerReport,
  WorkerTask,
} from '../protocol/serving.js';
import { deviceOf, deviceSummaries, isOnDevice, providerInUse } from './devices.js';
import { lookEveryMs } from './hang-watch.js';
import { LostTask } from './lost-task.js';
import { PoolThreads } from './pool-threads.js';
import type { StartListener } from './seat-options.js';
import { startFailure } from './start-failure.js';
import { requireRoomForThreads } from './thread-room.js';
import { isWorkerReport } from './worker-report.js';
import { WorkerSeat } from './worker-seat.js';
import type { WorkerThread } from './worker-thread.js';

export interface WorkerPoolOptions {
  /** The worker's entry, as a file URL. */
  workerFile: string;
  workers: number;
  /** CUDA device ids; workers take them in turn. */
  devices: readonly number[];
  resourceLimits: ResourceLimits | undefined;
  config: Omit<WorkerConfig, 'device' | keyof GuardedData>;
  clock: Clock;
  /** How long a task may take before its worker counts as hung, in ms; Infinity for ever. */
  workerHangMs: number;
  /** How long a replacement may take to start before it is given up and another is started, in ms; Infinity for ever. */
  startTimeoutMs: number;
  /** Ends the start of the pool with its reason, at once: what hangs is left behind. */
  signal?: AbortSignal | undefined;
  /** How long an exit, and `release`, wait for a task that is inside the runtime, in ms. */
  exitWaitMs: number;
  /** @throws {ModelInvalidError} where the model is not what it should be, by what a worker says of it. */
  check: (report: WorkerReport) => void;
  /** A worker is ready: at the start, or in the place of one that was lost. */
  onReady: (report: ReadyReport) => void;
  /** A worker has been starting for `workerHangMs`. It goes on. */
  onSlow: (problem: string) => void;
  /** A worker that was in use died, or hangs. */
  onLost: (reason: string) => void;
  /** A worker that was to replace one could not get ready; it is tried again. */
  onNotReplaced: (error: Error) => void;
  /** The process ends though so many workers are inside the runtime. */
  onAbandoned: (workers: number) => void;
  onFault: FaultReport;
}

/** Worker threads, each with the model loaded and warmed up; one that dies or hangs is replaced. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #threads: PoolThreads;
  readonly #seats: WorkerSeat[];
  readonly #watch: Timer;
  /** Settles when the first full set of workers is ready, or can't be. */
  readonly #started: Promise<void>;
  #settleStart: { resolve: () => void; reject: (error: Error) => void } | null = null;
  /** The worker that is kept for a task that must be alone. */
  #quiet: WorkerSeat | null = null;
  #lost = 0;
  #released: Promise<boolean> | null = null;

  /**
   * Resolves when every worker has loaded the model and warmed up.
   *
   * @throws {ProviderUnavailableError} where none of the providers works here, or the runtime or the worker's file cannot be loaded.
   * @throws {ModelInvalidError} where the model can't be loaded or run.
   * @throws {OutOfResourcesError} where there is no memory, thread or file descriptor left.
   * @throws {InvalidOptionsError} where the worker's file is another one.
   * @throws {StartTimeoutError} where it takes longer than `startTimeoutMs`.
   * @throws {WorkerLostError} where a worker dies on the way.
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    requireRoomForThreads(options.workers);
    const pool = new WorkerPool(options);
    const stop = (): void => pool.#stopStart(options.signal?.reason);
    options.signal?.addEventListener('abort', stop);
    if (options.signal?.aborted === true) stop();
    try {
      await pool.#started;
    } catch (error) {
      // What hangs is not waited for.
      if (!(error instanceof StartTimeoutError)) await pool.release();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
    return pool;
  }

  private constructor(options: WorkerPoolOptions) {
    const { workers, clock, workerHangMs, startTimeoutMs, exitWaitMs, onAbandoned, onFault } = options;
    this.#options = options;
    this.#threads = new PoolThreads({
      // Twice: each worker may be replaced while the thread before it hangs.
      ...{ seats: workers * 2, clock, exitWaitMs, onAbandoned, onFault },
      onEnded: () => {
        for (const seat of this.#seats) seat.retry();
      },
    });
    this.#started = new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    const periodMs = lookEveryMs(Math.min(workerHangMs, startTimeoutMs));
    this.#seats = Array.from({ length: workers }, (_, index) => this.#seat(index, periodMs));
    this.#watch = clock.every(periodMs, () => {
      // A failure over one seat must not keep the others from being looked at.
      for (const seat of this.#seats) contained(() => seat.look(), onFault);
    });
    for (const seat of this.#seats) seat.start();
  }

  get readyWorkers(): number {
    let ready = 0;
    for (const seat of this.#seats) if (seat.isReady) ready += 1;
    return ready;
  }

  /** Workers that are missing because one hung, or could not be replaced. */
  get troubledWorkers(): number {
    return this.#seats.filter((seat) => seat.isTroubled).length;
  }

  /** What is wrong with a worker that is missing; null where none is, or one merely died. */
  get problem(): string | null {
    return this.#seats.find(({ problem }) => problem !== null)?.problem ?? null;
  }

  /** What is in use: of the workers that are ready the provider that was preferred, with what came of the others. */
  get inUse(): ReturnType<typeof providerInUse> {
    return providerInUse(this.#seats, this.#options.config.providers);
  }

  /** The devices, in the order they were given; none where no worker ever ran on one. */
  get devices(): DeviceSummary[] {
    return deviceSummaries(this.#seats, this.#options.devices);
  }

  /** Workers that died, or hung, while they were in use. */
  get lostWorkers(): number {
    return this.#lost;
  }

  /**
   * Keeps one worker from new tasks, so that a task can have it to itself, or stops keeping it.
   *
   * @returns whether such a worker is there, with nothing in hand.
   */
  keepQuiet(isWanted: boolean): boolean {
    if (!isWanted) this.#quiet = null;
    else if (this.#quiet?.isReady !== true) this.#quiet = this.#leastBusy();
    return this.#quiet?.inHand === 0;
  }

  /**
   * Runs one task on whichever worker has the least to do.
   *
   * @param isAlone on the worker that `keepQuiet` keeps.
   * @throws {LostTask} where no worker answers it.
   */
  run(task: BatchTask | ColumnsTask, isAlone?: boolean): Promise<BatchReply>;
  run(task: ExplainTask): Promise<ExplainReply>;
  run(task: WorkerTask, isAlone = false): Promise<BatchReply | ExplainReply> {
    const seat = isAlone ? this.#quiet : this.#leastBusy();
    return seat === null ? Promise.reject(new LostTask('unsent', 'No worker was ready')) : seat.run(task);
  }

  /**
   * Ends the workers, each once it is outside the runtime, where ending it would abort the process.
   *
   * @returns whether all could be ended: one that hangs is left behind.
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

  /** Starts no threads any more. */
  #retire(): void {
    this.#watch.clear();
    this.#quiet = null;
    for (const seat of this.#seats) seat.end();
  }

  /** Ends the start, if it is not over. */
  #stopStart(reason: unknown): void {
    const start = this.#endStart();
    if (start === null) return;
    const isLate = reason instanceof StartTimeoutError;
    this.#failStart(start, isLate ? new StartTimeoutError(`${reason.message}: ${this.#missing()}`) : asError(reason));
  }

  /** The start is over once this is: a worker that hangs or dies over it is one that could not start. */
  #warmUp(): void {
    const warmedUp = Promise.all(this.#seats.map((seat) => seat.warmUp()));
    watched(
      warmedUp.then(() => this.#endStart()?.resolve()),
      this.#options.onFault,
    );
  }

  /** Which workers are not ready, and what they are at. */
  #missing(): string {
    const { workers, workerFile } = this.#options;
    const missing = workers - this.readyWorkers;
    if (missing === 0) return 'the workers were warming up';
    const atFile = this.#seats.filter((seat) => seat.isLoadingFile).length;
    const stages = [
      ...(atFile > 0 ? [`${atFile} loaded the worker's file (${workerFile})`] : []),
      ...(missing > atFile ? [`${missing - atFile} loaded the runtime or the model`] : []),
    ];
    return `${missing} of ${workers} workers were not ready: ${stages.join(', ')}`;
  }

  #seat(index: number, lookEveryMs: number): WorkerSeat {
    const { clock, workerHangMs, startTimeoutMs, devices, onReady, onSlow, onFault } = this.#options;
    const device = deviceOf(index, devices);
    return new WorkerSeat({
      clock,
      workerHangMs,
      startTimeoutMs,
      lookEveryMs,
      spawn: (listener) => this.#spawn(device, this.#providersFor(index), this.#isFirst(index), listener),
      problemWith: (report) => this.#problemWith(report, device),
      onReady: (report) => {
        onReady(report);
        if (this.#settleStart !== null && this.readyWorkers === this.#seats.length) this.#warmUp();
      },
      onSlow: (problem) => onSlow(this.#isOnDevice(index) ? `device ${device}: ${problem}` : problem),
      onUnusable: (error) => this.#onUnusable(error),
      onLost: (reason) => this.#onLost(this.#isOnDevice(index) ? `device ${device}: ${reason}` : reason),
      onFault,
    });
  }

  /**
   * A worker of a device that fails must not come back on the CPU while others are on theirs: it would be slow, and never go back. With
   * none left, the CPU is better than nothing.
   */
  #providersFor(index: number): Provider[] {
    const { providers } = this.#options.config;
    if (this.#settleStart !== null || !this.#isOnDevice(index)) return providers;
    const isAnyLeft = this.#seats.some((seat) => seat.isReady && isOnDevice(seat));
    return isAnyLeft ? providers.filter((provider) => provider !== 'cpu') : providers;
  }

  /** Whether a worker is the first of the pool: it tries the model, which the others and all replacements need not do again. */
  #isFirst(index: number): boolean {
    return this.#settleStart !== null && index === 0;
  }

  #isOnDevice(index: number): boolean {
    const seat = this.#seats[index];
    return seat !== undefined && isOnDevice(seat);
  }

  #spawn(
    device: number,
    providers: Provider[],
    isFirst: boolean,
    { onReport, onStranger }: StartListener,
  ): WorkerThread | null {
    const { workerFile, resourceLimits, config, onFault } = this.#options;
    return this.#threads.start({
      file: { role: 'worker', url: workerFile },
      data: { ...config, device, providers, trialRows: isFirst ? config.trialRows : null },
      resourceLimits,
      onMessage: (message) => {
        if (isWorkerReport(message)) contained(() => onReport(message), onFault);
      },
      onStranger,
    });
  }

  #problemWith(report: WorkerReport, device: number): Error | null {
    try {
      this.#options.check(report);
    } catch (error) {
      return asError(error);
    }
    return report.kind === 'failed' ? startFailure(report, device) : null;
  }

  /** Of the workers that are ready, but for the one that is kept; null where there is none. */
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
    const start = this.#endStart();
    if (start === null) this.#options.onLost(reason);
    else this.#failStart(start, lossAtStart(reason));
  }

  #onUnusable(error: Error): void {
    const start = this.#endStart();
    if (start === null) this.#options.onNotReplaced(error);
    else this.#failStart(start, error);
  }

  /** At once, so that no seat starts another thread. */
  #failStart(start: { reject: (error: Error) => void }, error: Error): void {
    start.reject(error);
    if (error instanceof StartTimeoutError) this.#abandon();
    else watched(this.release(), this.#options.onFault);
  }

  /** @returns what settles the start, the first time. */
  #endStart(): { resolve: () => void; reject: (error: Error) => void } | null {
    const start = this.#settleStart;
    this.#settleStart = null;
    return start;
  }
}

function lossAtStart(reason: string): Error {
  const failure = 'A worker died while others started';
  return outOfResources(reason, failure) ?? new WorkerLostError(`${failure}: ${reason}`);
}
