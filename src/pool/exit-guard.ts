import type { Clock } from '../clock.js';
import { guardWords } from './protocol.js';

/** How often a waiting release looks whether the workers have left the runtime. */
const pollMs = 5;

/** All guards of this process share one `exit` listener: a process may have any number of scorers. */
const active = new Set<ExitGuard>();

/**
 * Keeps workers and the process apart: ending the process, or terminating a worker, while that worker is inside the runtime
 * aborts the whole process. Workers say in shared memory when they go in and come out; whoever is about
 * to end them says stop, and waits until none is inside.
 */
export class ExitGuard {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #seats: number;
  readonly #clock: Clock;
  readonly #exitWaitMs: number;

  /**
   * @param seats workers that may live at once, those being replaced included.
   * @param exitWaitMs how long an exit waits for a running batch at most.
   */
  constructor(seats: number, clock: Clock, exitWaitMs: number) {
    this.buffer = new SharedArrayBuffer(guardWords.length(seats) * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(this.buffer);
    this.#seats = seats;
    this.#clock = clock;
    this.#exitWaitMs = exitWaitMs;
    if (active.size === 0) process.on('exit', stopAll);
    active.add(this);
  }

  /** Frees the seats of threads that are no more. */
  keepOnly(threadIds: ReadonlySet<number>): void {
    for (let seat = 0; seat < this.#seats; seat += 1) {
      const owner = Atomics.load(this.#words, guardWords.owner(seat));
      if (owner === 0 || threadIds.has(owner)) continue;
      Atomics.store(this.#words, guardWords.busy(seat), 0);
      Atomics.store(this.#words, guardWords.owner(seat), 0);
    }
  }

  /** No worker goes into the runtime from now on. */
  stop(): void {
    Atomics.store(this.#words, guardWords.stop, 1);
  }

  /** @returns whether no worker is inside the runtime, after waiting for it as long as an exit would. */
  async whenIdle(): Promise<boolean> {
    const deadline = this.#clock.now() + this.#exitWaitMs;
    while (this.#busySeat() >= 0) {
      if (this.#clock.now() >= deadline) return false;
      await new Promise<void>((resolve) => this.#clock.after(pollMs, resolve));
    }
    return true;
  }

  /** Blocks the thread: for an exit, which waits for nothing else. */
  blockUntilIdle(): void {
    const deadline = this.#clock.now() + this.#exitWaitMs;
    for (let seat = this.#busySeat(); seat >= 0; seat = this.#busySeat()) {
      const leftMs = deadline - this.#clock.now();
      if (leftMs <= 0) return;
      const word = guardWords.busy(seat);
      Atomics.wait(this.#words, word, Atomics.load(this.#words, word), leftMs);
    }
  }

  /** The workers are gone; the process may end without asking. */
  dispose(): void {
    active.delete(this);
    if (active.size === 0) process.off('exit', stopAll);
  }

  /** @returns a seat whose worker is inside the runtime, or −1. */
  #busySeat(): number {
    for (let seat = 0; seat < this.#seats; seat += 1) {
      if (Atomics.load(this.#words, guardWords.busy(seat)) > 0) return seat;
    }
    return -1;
  }
}

function stopAll(): void {
  for (const guard of active) guard.stop();
  for (const guard of active) guard.blockUntilIdle();
}
