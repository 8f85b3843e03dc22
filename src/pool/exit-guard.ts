import type { Clock } from '../host/clock.js';
import { guardWords, loadingCall, startingCall } from '../protocol/guard.js';
import { type ExitWaiter, unwatchExit, watchExit } from './exit-watch.js';

/** How often a waiting release checks whether its worker has left the runtime. */
const pollMs = 5;

/**
 * The shortest time that an exit waits for a thread that loads its modules, in ms. Loading ends by itself, even if the system is so busy
 * that it takes many times as long as usual.
 */
const modulesWaitMs = 2_000;

export interface ExitGuardOptions {
  /** The most threads that may live at the same time, including hung threads and threads that are about to end. */
  slots: number;
  clock: Clock;
  /** The longest time that an exit or a release waits for a call of the runtime. */
  exitWaitMs: number;
  /**
   * The longest time that an exit waits for a thread that loads a model, if that is longer. Node.js cannot end a process before the runtime
   * releases its threads, and then the runtime aborts the process.
   */
  loadWaitMs: number;
  /** The process ends although this many threads are inside the runtime. Must be synchronous, because nothing runs after it. */
  onAbandoned?: (threads: number) => void;
}

/**
 * Stops the process from ending, and workers from being terminated, at a dangerous time. Doing so while a worker is inside the runtime, or
 * loads its modules, aborts the whole process. (Node.js 20 aborts in the middle of `require` of an ES module.) Workers mark in shared
 * memory when they enter and leave. Code that wants to end them sets a stop flag and waits until none is inside.
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

  /** @returns a slot for a new thread, marked busy until the thread has loaded its modules; null if no slot is free. */
  claim(): number | null {
    const slot = this.#free.pop();
    if (slot === undefined) return null;
    Atomics.store(this.#words, guardWords.busy(slot), startingCall);
    return slot;
  }

  /** The thread of this slot has ended. */
  release(slot: number): void {
    Atomics.store(this.#words, guardWords.busy(slot), 0);
    Atomics.store(this.#words, guardWords.stop(slot), 0);
    this.#free.push(slot);
  }

  /** The thread of this slot is not one of this package. It never uses its slot and is not inside the runtime. */
  vacate(slot: number): void {
    Atomics.store(this.#words, guardWords.busy(slot), 0);
  }

  /** The thread of this slot must not enter the runtime any more. */
  stop(slot: number): void {
    Atomics.store(this.#words, guardWords.stop(slot), 1);
  }

  /** Whether the thread of this slot is inside the runtime. After `stop`, a thread that is outside stays outside. */
  isBusy(slot: number): boolean {
    return Atomics.load(this.#words, guardWords.busy(slot)) > 0;
  }

  /** @returns whether the thread is outside the runtime, after waiting for it as long as an exit would. */
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

  /** Blocks the thread during an exit. Reports if it waited in vain. */
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

  /** The threads are gone. The process may end without waiting. */
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
