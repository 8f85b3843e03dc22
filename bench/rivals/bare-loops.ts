import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Provider } from 'fraud-scorer';
import { openModelDirectory } from '../../src/models/model-directory.js';

export interface BareLoopOptions {
  /** Rows each batch's features are copied from in turn, a multiple of the batch size; 0 for the same ones each time. @default 0 */
  fedRows?: number;
  /** @default 'cpu' */
  provider?: Provider;
  /** The CUDA device's id. @default 0 */
  device?: number;
}

/** Bare runtime loops, one a thread: what the machine can do at most. */
export class BareLoops {
  readonly #threads: readonly Worker[];

  private constructor(threads: readonly Worker[]) {
    this.#threads = threads;
  }

  static async start(
    modelDirectory: string,
    threads: number,
    batchSize: number,
    { fedRows = 0, provider = 'cpu', device = 0 }: BareLoopOptions = {},
  ): Promise<BareLoops> {
    const { manifest, modelPath } = await openModelDirectory(modelDirectory);
    const providers = [provider === 'cuda' ? { name: provider, deviceId: device } : provider];
    const workerData = { modelPath, inputs: manifest.inputs, batchSize, fedRows, providers };
    const workers = Array.from({ length: threads }, () => {
      return new Worker(new URL('./bare-loop.mjs', import.meta.url), { workerData, execArgv: [] });
    });
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    return new BareLoops(workers);
  }

  /** @returns rows a second, all threads together. */
  async run(durationMs: number): Promise<number> {
    const start = performance.now();
    const counts = this.#threads.map(async (thread) => {
      const answer = once(thread, 'message');
      thread.postMessage(durationMs);
      const [rows] = await answer;
      return Number(rows);
    });
    const rows = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    return (rows * 1000) / (performance.now() - start);
  }

  /** Releases the sessions; the threads end by themselves. */
  async release(): Promise<void> {
    const ended = this.#threads.map((thread) => once(thread, 'exit'));
    for (const thread of this.#threads) thread.postMessage('release');
    await Promise.all(ended);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}
