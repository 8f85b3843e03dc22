import { type FaultReport, watched } from '../host/faults.js';
import { ExitGuard, type ExitGuardOptions } from './exit-guard.js';
import { WorkerThread, type WorkerThreadOptions } from './worker-thread.js';

export interface PoolThreadsOptions extends ExitGuardOptions {
  /** A thread has ended, so there may be room for another. */
  onEnded: () => void;
  onFault: FaultReport;
}

/** The threads of a pool that have not ended, including hung threads, with their guard. */
export class PoolThreads {
  readonly #options: PoolThreadsOptions;
  readonly #guard: ExitGuard;
  readonly #living = new Set<WorkerThread>();

  constructor(options: PoolThreadsOptions) {
    this.#options = options;
    this.#guard = new ExitGuard(options);
  }

  /**
   * @returns null if the most allowed threads live already.
   * @throws {OutOfResourcesError | ProviderUnavailableError} if the system cannot start a thread.
   */
  start(options: Omit<WorkerThreadOptions, 'guard' | 'clock'>): WorkerThread | null {
    const thread = WorkerThread.start({ ...options, guard: this.#guard, clock: this.#options.clock });
    if (thread === null) return null;
    this.#living.add(thread);
    const ended = thread.exited.then(() => {
      this.#living.delete(thread);
      this.#options.onEnded();
    });
    watched(ended, this.#options.onFault);
    return thread;
  }

  /**
   * Ends all threads, each when it is outside the runtime, because ending it inside would abort the process. No thread may be started
   * afterwards.
   *
   * @returns whether all could be ended. A hung thread is left behind.
   */
  async release(): Promise<boolean> {
    const { threads, gone } = this.#last();
    const ended = await Promise.all(threads.map((thread) => thread.release()));
    const isAll = ended.every((isEnded) => isEnded);
    if (isAll) await gone;
    return isAll;
  }

  /** The same without waiting: each thread is ended when it is outside the runtime, if that ever happens. */
  abandon(): void {
    for (const thread of this.#last().threads) thread.giveUp();
  }

  #last(): { threads: WorkerThread[]; gone: Promise<void> } {
    const threads = [...this.#living];
    // A thread that is left behind still needs the guard: the process must not end while it is inside the runtime.
    const gone = Promise.all(threads.map(({ exited }) => exited)).then(() => this.#guard.dispose());
    return { threads, gone };
  }
}
