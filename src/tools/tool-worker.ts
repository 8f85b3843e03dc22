import { Piscina } from 'piscina';
import { systemClock } from '../clock.js';
import { ModelInvalidError } from '../errors.js';
import { ExitGuard } from '../pool/exit-guard.js';
import type { ToolReply, ToolResults, ToolTask } from '../pool/tool-protocol.js';
import { resolveToolWorkerFile } from '../pool/worker-file.js';

const exitWaitMs = 2_000;

/** A worker of its own for one use of a tool: the host never loads the runtime itself. */
export class ToolWorker {
  readonly #guard = new ExitGuard(1, systemClock, exitWaitMs);
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
  }

  /** @throws {ModelInvalidError} where the runtime can't do it with this model. */
  async run<T extends ToolTask>(task: T): Promise<ToolResults[T['kind']]> {
    const reply: ToolReply<T['kind']> = await this.#piscina.run(task);
    if ('error' in reply) throw new ModelInvalidError(`The model can't be run: ${reply.error}`);
    return reply.result;
  }

  async close(): Promise<void> {
    this.#guard.stop();
    if (await this.#guard.whenIdle()) await this.#piscina.destroy();
    this.#guard.dispose();
  }
}
