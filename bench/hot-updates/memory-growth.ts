import { median } from '../statistics.js';

/** Takes the memory after each swap, and says what it grows by from one to the next. */
export class MemoryGrowth {
  readonly #samples: number[] = [];

  take(): void {
    this.#samples.push(process.memoryUsage.rss() / 2 ** 20);
  }

  /** From the middle of the second quarter, when all is warm, to that of the last. */
  get perSwapMb(): number {
    const quarter = this.#samples.length / 4;
    const before = median(this.#samples.slice(quarter, 2 * quarter));
    const after = median(this.#samples.slice(3 * quarter));
    return (after - before) / (2 * quarter);
  }
}
