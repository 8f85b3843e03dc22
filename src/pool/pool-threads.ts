import { type FaultReport, watched } from '../host/faults.js';
import { ExitGuard, type ExitGuardOptions } from './exit-guard.js';
import { WorkerThread, type WorkerThreadOptions } from './worker-thread.js';

export interface PoolThreadsOptions extends ExitGuardOptions {
  /** A thread has ended: there may be room for another. */
  onEnded: () => void;
  onFault: FaultReport;
}

/** The threads of a pool, with their guard: all that have not ended, those that hang included. */
export class PoolThreads {
  readonly #options: PoolThreadsOptions;
  readonly #guard: ExitGuard;
  readonly #living = new Set<WorkerThread>();

  constructor(options: PoolThreadsOptions) {
    this.#options = options;
    this.#guard = new ExitGuard(options);
  }

  /**
   * @returns null where as many live as may.
   * @throws {OutOfResourcesError | ProviderUnavailableError} where the system gives no thread.
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
   * Ends all, each once it is outside the runtime, where ending it would abort the process. None may be started any more.
   *
   * @returns whether all could be ended: one that hangs is left behind.
   */
  async release(): Promise<boolean> {
    const { threads, gone } = this.#last();
    const ended = await Promise.all(threads.map((thread) => thread.release()));
    const isAll = ended.every((isEnded) => isEnded);
    if (isAll) await gone;
    return isAll;
  }

  /** The same without waiting: each is ended once it is outside the runtime, if it ever is. */
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
