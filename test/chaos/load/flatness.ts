import { median } from './quantiles.js';

const sampleMs = 1_000;

/** Watches what must not grow over a long run. */
export class Flatness {
  readonly #memory: number[] = [];
  readonly #handles: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => {
      this.#memory.push(process.memoryUsage.rss() / 1024 ** 2);
      this.#handles.push(process.getActiveResourcesInfo().length);
    }, sampleMs);
  }

  /** The middle of the second quarter, when all is warm, and of the last. */
  stop(): { memoryMb: [before: number, after: number]; handles: [before: number, after: number] } {
    clearInterval(this.#timer);
    return { memoryMb: quarters(this.#memory), handles: quarters(this.#handles) };
  }
}

function quarters(samples: readonly number[]): [number, number] {
  const quarter = samples.length / 4;
  return [median(samples.slice(quarter, 2 * quarter)), median(samples.slice(3 * quarter))];
}
