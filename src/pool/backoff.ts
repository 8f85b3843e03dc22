/** The first wait, and the longest. */
const firstMs = 100;
const maxMs = 10_000;

/** How long a thread must have served for what came before it to be forgiven. */
const forgivenAfterMs = 10_000;

/** How a thread ended that is to be replaced. */
export interface ThreadEnd {
  /** How long it was ready, in ms; 0 where it never was. */
  servedMs: number;
  /** Whether it had a task in hand. */
  overTask: boolean;
  /** Whether its device failed: another one is better tried before it is used again. */
  ofDevice?: boolean;
}

/**
 * How long to wait before a thread is replaced: not at all the first time, then 100 ms, doubling up to 10 s. A death over a task
 * is likely that task's doing, which is tried so often and no more: the wait does not grow over it, or one poisoned request would keep
 * a worker away for longer than it takes to find it.
 */
export class Backoff {
  #failures = 0;

  nextDelayMs({ servedMs, overTask, ofDevice = false }: ThreadEnd): number {
    if (servedMs >= forgivenAfterMs) this.#failures = 0;
    if (ofDevice) this.#failures = Math.max(this.#failures, 1);
    const delayMs = this.#failures === 0 ? 0 : Math.min(firstMs * 2 ** (this.#failures - 1), maxMs);
    this.#failures = overTask ? Math.max(this.#failures, 1) : this.#failures + 1;
    return overTask ? Math.min(delayMs, firstMs) : delayMs;
  }
}
