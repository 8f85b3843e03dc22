/** The first and the longest delay. */
const firstMs = 100;
const maxMs = 10_000;

/** After this time in use, a thread's earlier failures are forgotten. */
const forgivenAfterMs = 10_000;

/** How a thread ended that will be replaced. */
export interface ThreadEnd {
  /** How long it was ready, in ms; 0 if it never was. */
  servedMs: number;
  /** Whether it held a task. */
  overTask: boolean;
  /** Whether its device failed. Then another device should be tried first. */
  ofDevice?: boolean;
}

/**
 * How long to wait before a thread is replaced: not at all the first time, then 100 ms, doubling up to 10 s. A death during a task is
 * probably caused by the task, and a task is only retried a few times. So the delay does not grow then. Otherwise one harmful request would
 * keep a worker away longer than it takes to find that request.
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
