import { systemClock } from '../clock.js';
import { ModelInvalidError, WorkerLostError } from '../errors.js';
import { ExitGuard } from '../pool/exit-guard.js';
import type { TaskFailure } from '../pool/protocol.js';
import type { ToolReply, ToolResults, ToolTask } from '../pool/tool-protocol.js';
import { resolveToolWorkerFile } from '../pool/worker-file.js';
import { WorkerThread } from '../pool/worker-thread.js';

const exitWaitMs = 2_000;

/** For workers of a tool that run at the same time; whoever makes it disposes of it, once all of them are closed. */
export function toolGuard(workers: number): ExitGuard {
  return new ExitGuard({ seats: workers, clock: systemClock, exitWaitMs });
}

/** A worker of its own for one use of a tool: the host never loads the runtime itself. */
export class ToolWorker {
  /** Its own; null where it shares one. */
  readonly #guard: ExitGuard | null;
  readonly #thread: WorkerThread;

  /**
   * @param shared with others; it has a guard of its own by default.
   * @throws {WorkerLostError} where the system gives no thread.
   */
  constructor(shared?: ExitGuard) {
    const guard = shared ?? toolGuard(1);
    this.#guard = shared === undefined ? guard : null;
    try {
      this.#thread = startThread(guard);
    } catch (error) {
      this.#guard?.dispose();
      throw error;
    }
  }

  /**
   * @throws {ModelInvalidError} where the runtime can't do it with this model.
   * @throws {WorkerLostError} where the worker died over it, or as it started, with its own reason.
   */
  async run<T extends ToolTask>(task: T): Promise<ToolResults[T['kind']]> {
    const reply = await this.#reply(task);
    if ('error' in reply) throw new ModelInvalidError(`The model can't be run: ${reply.error}`);
    return reply.result;
  }

  /** @returns whether its thread could be ended: inside the runtime it would take the process with it, and the guard stays then. */
  async close(): Promise<boolean> {
    const isReleased = await this.#thread.release();
    if (isReleased) this.#guard?.dispose();
    return isReleased;
  }

  async #reply<T extends ToolTask>(task: T): Promise<ToolReply<T['kind']> | TaskFailure> {
    try {
      return await this.#thread.run<ToolReply<T['kind']>>(task);
    } catch (error) {
      const reason = (await this.#thread.exited).replace(/\s+/g, ' ');
      throw new WorkerLostError(`The tool's worker died: ${reason}`, { cause: error });
    }
  }
}

function startThread(guard: ExitGuard): WorkerThread {
  const workerFile = resolveToolWorkerFile();
  const thread = WorkerThread.start({ workerFile, data: {}, guard, clock: systemClock, onMessage: () => {} });
  if (thread === null) throw new Error('a guard of its own had no seat');
  return thread;
}
