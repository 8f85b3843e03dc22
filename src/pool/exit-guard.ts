import type { Clock } from '../host/clock.js';
import { guardWords, loadingCall, startingCall } from '../protocol/guard.js';
import { type ExitWaiter, unwatchExit, watchExit } from './exit-watch.js';

/** How often a waiting release looks whether its worker has left the runtime. */
const pollMs = 5;

/**
 * How long an exit waits at least for a thread that loads its modules, in ms. That comes to an end by itself, also where the system is so
 * busy that it takes many times as long as usual.
 */
const modulesWaitMs = 2_000;

export interface ExitGuardOptions {
  /** Threads that may live at once, those that hang and those that are about to end included. */
  slots: number;
  clock: Clock;
  /** How long an exit, or a release, waits for what is inside the runtime at most. */
  exitWaitMs: number;
  /**
   * How long an exit waits for a thread that loads a model at most, where that is longer. Node.js does not end a process before the
   * runtime has let go of its threads anyway, and the runtime aborts the process then.
   */
  loadWaitMs: number;
  /** The process ends though so many threads are inside the runtime. Synchronous: nothing runs after it. */
  onAbandoned?: (threads: number) => void;
}

/**
 * Keeps workers and the process apart: ending the process, or terminating a worker, while that worker is inside the runtime, or
 * loads its modules (Node.js 20 gives up in the middle of `require` of an ES module), aborts the whole process. Workers say in shared memory when they go in and come out; whoever is about
 * to end them says stop, and waits until none is inside.
 */
export class ExitGuard implements ExitWaiter {
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #options: ExitGuardOptions;
  readonly #free: number[];

  constructor(options: ExitGuardOptions) {
    this.buffer = new SharedArrayBuffer(guardWords.length(options.slots) * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(this.buffer);
    this.#options = options;
    this.#free = Array.from({ length: options.slots }, (_, slot) => options.slots - 1 - slot);
    watchExit(this, () => options.clock.now());
  }

  /** @returns a slot for a new thread, busy until it has loaded its modules; null where all are taken. */
  claim(): number | null {
    const slot = this.#free.pop();
    if (slot === undefined) return null;
    Atomics.store(this.#words, guardWords.busy(slot), startingCall);
    return slot;
  }

  /** The thread that sat there has ended. */
  release(slot: number): void {
    Atomics.store(this.#words, guardWords.busy(slot), 0);
    Atomics.store(this.#words, guardWords.stop(slot), 0);
    this.#free.push(slot);
  }

  /** The thread that sits there turned out to be none of this package's: it never takes its slot, and is not inside the runtime. */
  vacate(slot: number): void {
    Atomics.store(this.#words, guardWords.busy(slot), 0);
  }

  /** The thread that sits there goes into the runtime no more. */
  stop(slot: number): void {
    Atomics.store(this.#words, guardWords.stop(slot), 1);
  }

  /** Whether the thread that sits there is inside the runtime; after `stop`, one that is not stays out. */
  isBusy(slot: number): boolean {
    return Atomics.load(this.#words, guardWords.busy(slot)) > 0;
  }

  /** @returns whether that thread is outside the runtime, after waiting for it as long as an exit would. */
  async whenIdle(slot: number): Promise<boolean> {
    const { clock, exitWaitMs } = this.#options;
    const deadline = clock.now() + exitWaitMs;
    while (this.isBusy(slot)) {
      if (clock.now() >= deadline) return false;
      await new Promise<void>((resolve) => clock.after(pollMs, resolve));
    }
    return true;
  }

  stopAll(): void {
    for (let slot = 0; slot < this.#options.slots; slot += 1) this.stop(slot);
  }

  /** Blocks the thread: for an exit, which waits for nothing else. Says so where it has waited in vain. */
  blockUntilIdle(startedAt: number): void {
    const { clock, onAbandoned } = this.#options;
    for (let busy = this.#busySeats(); busy.length > 0; busy = this.#busySeats()) {
      const slot = busy.reduce((longest, other) =>
        this.#exitWaitOf(other) > this.#exitWaitOf(longest) ? other : longest,
      );
      const leftMs = startedAt + this.#exitWaitOf(slot) - clock.now();
      if (leftMs <= 0) {
        onAbandoned?.(busy.length);
        return;
      }
      const word = guardWords.busy(slot);
      Atomics.wait(this.#words, word, Atomics.load(this.#words, word), leftMs);
    }
  }

  /** The threads are gone; the process may end without asking. */
  dispose(): void {
    unwatchExit(this);
  }

  #exitWaitOf(slot: number): number {
    const { exitWaitMs, loadWaitMs } = this.#options;
    const calls = Atomics.load(this.#words, guardWords.busy(slot));
    if (calls >= startingCall) return Math.max(exitWaitMs, loadWaitMs, modulesWaitMs);
    return calls >= loadingCall ? Math.max(exitWaitMs, loadWaitMs) : exitWaitMs;
  }

  #busySeats(): number[] {
    const busy: number[] = [];
    for (let slot = 0; slot < this.#options.slots; slot += 1) if (this.isBusy(slot)) busy.push(slot);
    return busy;
  }
}
