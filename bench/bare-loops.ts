import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Bare runtime loops, one a thread: what the machine can do at most. */
export class BareLoops {
  readonly #workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  static async start(modelDirectory: string, threads: number, batchSize: number): Promise<BareLoops> {
    const manifest = JSON.parse(readFileSync(join(modelDirectory, 'model.json'), 'utf8'));
    const modelPath = join(modelDirectory, manifest.file);
    const workerData = { modelPath, inputs: manifest.inputs, batchSize };
    const workers = Array.from({ length: threads }, () => {
      return new Worker(new URL('./bare-loop.mjs', import.meta.url), { workerData, execArgv: [] });
    });
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    return new BareLoops(workers);
  }

  /** @returns rows a second, all threads together. */
  async run(durationMs: number): Promise<number> {
    const start = performance.now();
    const counts = this.#workers.map(async (worker) => {
      const answer = once(worker, 'message');
      worker.postMessage(durationMs);
      const [rows] = await answer;
      return Number(rows);
    });
    const rows = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    return (rows * 1000) / (performance.now() - start);
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
