import type { ResourceLimits } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type { Clock } from '../clock.js';
import { ModelIntegrityError, ModelInvalidError, ProviderUnavailableError, WorkerLostError } from '../errors.js';
import { ExitGuard } from './exit-guard.js';
import {
  type BatchReply,
  type BatchTask,
  type ColumnsTask,
  type ExplainReply,
  type ExplainTask,
  type FailedReport,
  isWorkerReport,
  type ReadyReport,
  type WorkerConfig,
  type WorkerTask,
} from './protocol.js';

/** Batches a worker holds at once: the second waits in the worker while the first runs, which hides the round trip. */
export const tasksPerWorker = 2;

/** How long the end of the process waits for a batch that is inside the runtime. */
const exitWaitMs = 2_000;

/** What of Piscina's view of a worker the choice of one needs. */
type Candidate = Parameters<
  NonNullable<NonNullable<ConstructorParameters<typeof Piscina>[0]>['loadBalancer']>
>[1][number];

export interface WorkerPoolOptions {
  /** The worker's entry, as a file URL. */
  workerFile: string;
  workers: number;
  resourceLimits: ResourceLimits | undefined;
  config: Omit<WorkerConfig, 'guard'>;
  clock: Clock;
  /** A worker died while it was in use. */
  onLost: (reason: string) => void;
  /**
   * A worker is ready: at the start, or in the place of one that died.
   *
   * @throws {ModelInvalidError} where the model is not what it should be.
   */
  onReady: (report: ReadyReport) => void;
  /** A worker could not get ready. @throws {ModelInvalidError} where the manifest disagrees with the graph. */
  onUnusable: (report: FailedReport) => void;
  /** A worker that was to replace one could not get ready: the pool goes on with one less. */
  onNotReplaced: (error: Error) => void;
}

/** A fixed number of worker threads, each with the model loaded and warmed up: what of Piscina this package uses. */
export class WorkerPool {
  readonly #piscina: Piscina;
  readonly #guard: ExitGuard;
  readonly #options: WorkerPoolOptions;
  /** Threads that have loaded the model and warmed up. */
  readonly #ready = new Set<number>();
  /** Settles when the first full set of workers is ready, or can't be. */
  readonly #started: Promise<void>;
  #settleStart: { resolve: () => void; reject: (error: Error) => void } | null = null;
  #released: Promise<boolean> | null = null;
  #lost = 0;
  #isStarted = false;
  /** Why threads ended, as far as they said. */
  readonly #reasons = new Map<number, string>();

  /**
   * Resolves when every worker has loaded the model and warmed up.
   *
   * @throws {ProviderUnavailableError} where none of the providers works here.
   * @throws {ModelInvalidError} where the model can't be loaded or run.
   * @throws {WorkerLostError} where a worker dies on the way.
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      await pool.#started;
    } catch (error) {
      await pool.release();
      throw error;
    }
    return pool;
  }

  private constructor(options: WorkerPoolOptions) {
    // The runtime's own telemetry, on by default, reads the real environment: a worker's is a copy.
    process.env.ORT_DISABLE_TELEMETRY ??= '1';
    const { workerFile, workers, resourceLimits, config } = options;
    this.#options = options;
    // Twice, as a dead worker may keep its seat while its replacement starts.
    this.#guard = new ExitGuard(workers * 2, options.clock, exitWaitMs);
    const workerData: WorkerConfig = { ...config, guard: this.#guard.buffer };
    this.#started = new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject };
    });
    this.#piscina = new Piscina({
      filename: workerFile,
      minThreads: workers,
      maxThreads: workers,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: tasksPerWorker,
      loadBalancer: (_, candidates) => this.#leastBusy(candidates),
      // A blocking wait would leave a worker deaf to all but tasks; with two tasks in hand it gains nothing.
      atomics: 'disabled',
      recordTiming: false,
      workerData,
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
    });
    this.#piscina.on('message', (message: unknown) => this.#onMessage(message));
    this.#piscina.on('error', (error: unknown) => this.#onError(error));
    this.#piscina.on('workerDestroy', () => queueMicrotask(() => this.#onDestroyed()));
  }

  get readyWorkers(): number {
    return this.#ready.size;
  }

  /** Workers that died while they were in use. */
  get lostWorkers(): number {
    return this.#lost;
  }

  /**
   * Runs one task on whichever worker has the least to do.
   *
   * @throws {WorkerLostError} where the worker died over it.
   */
  run(task: BatchTask | ColumnsTask): Promise<BatchReply>;
  run(task: ExplainTask): Promise<ExplainReply>;
  async run(task: WorkerTask): Promise<BatchReply | ExplainReply> {
    try {
      const reply: BatchReply | ExplainReply = await this.#piscina.run(task);
      return reply;
    } catch (error) {
      throw new WorkerLostError('The worker died while it held this request', { cause: error });
    }
  }

  /**
   * Ends the workers once none is inside the runtime, where ending one would abort the process.
   *
   * @returns whether they could be ended: one that hangs is left behind, and keeps the process alive until it comes back.
   */
  release(): Promise<boolean> {
    // Piscina loses its way when it is destroyed twice.
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<boolean> {
    this.#guard.stop();
    const idle = await this.#guard.whenIdle();
    if (idle) {
      await this.#piscina.destroy();
      this.#guard.dispose();
    } else {
      for (const thread of this.#piscina.threads) thread.unref();
    }
    this.#ready.clear();
    return idle;
  }

  #start(): void {
    this.#isStarted = true;
    this.#settleStart?.resolve();
  }

  /** Listens for why a thread ends; Piscina tells only those who have a task there. */
  #noteReason(threadId: number): void {
    const thread = this.#piscina.threads.find((candidate) => candidate.threadId === threadId);
    thread?.once('error', (error: Error) => this.#reasons.set(threadId, error.message));
    thread?.once('exit', (code) => {
      if (!this.#reasons.has(threadId)) this.#reasons.set(threadId, `it exited with code ${code}`);
    });
  }

  /** Of those that are ready: one that could not load the model is there for Piscina too, and always has nothing to do. */
  #leastBusy(candidates: readonly Candidate[]): Candidate | null {
    let best: Candidate | null = null;
    for (const candidate of candidates) {
      if (candidate.currentUsage >= tasksPerWorker || !this.#ready.has(candidate.id)) continue;
      if (best === null || candidate.currentUsage < best.currentUsage) best = candidate;
    }
    return best;
  }

  #onMessage(message: unknown): void {
    if (!isWorkerReport(message)) return;
    try {
      if (message.kind === 'ready') {
        this.#options.onReady(message);
        this.#ready.add(message.threadId);
        this.#noteReason(message.threadId);
        if (this.#ready.size === this.#options.workers) this.#start();
      } else {
        this.#options.onUnusable(message);
        this.#onUnusable(unusableError(message));
      }
    } catch (error) {
      this.#onUnusable(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #onUnusable(error: Error): void {
    if (this.#isStarted) this.#options.onNotReplaced(error);
    else this.#settleStart?.reject(error);
  }

  /** Piscina's word for a worker that died with nothing in hand. */
  #onError(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#settleStart?.reject(new WorkerLostError(`A worker died while it started: ${reason}`, { cause: error }));
  }

  #onDestroyed(): void {
    if (this.#released !== null) return;
    this.#settleStart?.reject(new WorkerLostError('A worker died while it started'));
    const alive = new Set(this.#piscina.threads.map(({ threadId }) => threadId));
    this.#guard.keepOnly(alive);
    for (const threadId of [...this.#ready]) {
      if (alive.has(threadId)) continue;
      this.#ready.delete(threadId);
      this.#lost += 1;
      this.#options.onLost(this.#reasons.get(threadId) ?? 'the worker thread ended');
      this.#reasons.delete(threadId);
    }
  }
}

function unusableError({ code, message }: FailedReport): Error {
  if (code === 'ERR_MODEL_INTEGRITY') return new ModelIntegrityError(message);
  if (code === 'ERR_MODEL_INVALID') return new ModelInvalidError(`The model can't be run: ${message}`);
  return new ProviderUnavailableError(`None of the providers works here: ${message}`);
}
