import type { ScoreRequest } from 'fraud-scorer';
import { Piscina } from 'piscina';
import type { PlainExport } from './plain-export.js';

/** Piscina with a request a task, as its own examples show it. */
export class PiscinaTasks {
  readonly #pool: Piscina;

  constructor(plain: PlainExport, threads: number) {
    this.#pool = new Piscina({
      filename: new URL('./piscina-worker.mjs', import.meta.url).href,
      minThreads: threads,
      maxThreads: threads,
      workerData: plain,
      execArgv: [],
    });
  }

  score(request: ScoreRequest): Promise<unknown> {
    return this.#pool.run(request);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
