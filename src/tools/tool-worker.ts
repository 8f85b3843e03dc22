import { Piscina } from 'piscina';
import { systemClock } from '../clock.js';
import { ModelInvalidError, WorkerLostError } from '../errors.js';
import { ExitGuard } from '../pool/exit-guard.js';
import type { ToolReply, ToolResults, ToolTask } from '../pool/tool-protocol.js';
import { resolveToolWorkerFile } from '../pool/worker-file.js';

const exitWaitMs = 2_000;

/** A worker of its own for one use of a tool: the host never loads the runtime itself. */
export class ToolWorker {
  /** More seats than one, as Piscina replaces a worker that dies, though it is not used any more. */
  readonly #guard = new ExitGuard(4, systemClock, exitWaitMs);
  readonly #piscina: Piscina;

  constructor() {
    process.env.ORT_DISABLE_TELEMETRY ??= '1';
    this.#piscina = new Piscina({
      filename: resolveToolWorkerFile(),
      minThreads: 1,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      atomics: 'disabled',
      recordTiming: false,
      workerData: this.#guard.buffer,
    });
    // A worker that dies with nothing in hand; the next run says so.
    this.#piscina.on('error', () => {});
  }

  /**
   * @throws {ModelInvalidError} where the runtime can't do it with this model.
   * @throws {WorkerLostError} where the worker died over it.
   */
  async run<T extends ToolTask>(task: T): Promise<ToolResults[T['kind']]> {
    const reply = await this.#reply(task);
    if ('error' in reply) throw new ModelInvalidError(`The model can't be run: ${reply.error}`);
    return reply.result;
  }

  async close(): Promise<void> {
    this.#guard.stop();
    // Ended while it is inside the runtime it would take the process with it: the guard stays then.
    if (!(await this.#guard.whenIdle())) return;
    await this.#piscina.destroy();
    this.#guard.dispose();
  }

  async #reply<T extends ToolTask>(task: T): Promise<ToolReply<T['kind']>> {
    try {
      return await this.#piscina.run(task);
    } catch (error) {
      throw new WorkerLostError("The tool's worker died", { cause: error });
    }
  }
}
