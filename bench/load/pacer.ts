/// <reference lib="es2024.sharedmemory" />
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** Lets the event loop of a generator rest between two looks at the clock. */
export interface Pace {
  pause(): Promise<unknown>;
}

/**
 * Wakes the event loop a few thousand times a second from a thread that sleeps in between.
 *
 * A timer of the loop's own is no finer than a millisecond, which would hand a scorer its requests in bursts; a loop that spins
 * takes a core from the workers and stalls them for the scheduler's whole slice. As a network would, this leaves the loop
 * asleep until there may be something to do.
 */
export class Pacer implements Pace {
  readonly #tick: Int32Array<SharedArrayBuffer>;
  readonly #thread: Worker;

  constructor(tickMs: number) {
    this.#tick = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const workerData = { tick: this.#tick, tickMs };
    this.#thread = new Worker(new URL('./pacer-thread.mjs', import.meta.url), { workerData, execArgv: [] });
  }

  /** Resolves at the next tick. */
  pause(): Promise<unknown> {
    const wait = Atomics.waitAsync(this.#tick, 0, Atomics.load(this.#tick, 0));
    // A tick came just between: the loop gets its turn all the same.
    return wait.async ? wait.value : setImmediate();
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }
}
