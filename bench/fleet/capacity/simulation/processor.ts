import type { Timeline } from './timeline.js';

/** A thread that does one piece of work after the other, in the order in which they come. */
export class Processor {
  readonly #timeline: Timeline;
  #freeAtUs = 0;
  #busyUs = 0;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** Microseconds of work that it has done by now. */
  get busyUs(): number {
    return this.#busyUs - Math.max(0, this.#freeAtUs - this.#timeline.nowUs);
  }

  /** Whether it has nothing to do now. */
  get isFree(): boolean {
    return this.#freeAtUs <= this.#timeline.nowUs;
  }

  /** @param done called when the work is done. */
  work(us: number, done: () => void): void {
    const startUs = Math.max(this.#freeAtUs, this.#timeline.nowUs);
    this.#freeAtUs = startUs + us;
    this.#busyUs += us;
    this.#timeline.after(this.#freeAtUs - this.#timeline.nowUs, done);
  }
}
