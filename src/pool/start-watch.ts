import { AwakeTime } from './awake-time.js';

/** How long a start may take until it is what its name says, in ms of awake time. */
export interface StartBounds {
  slowMs: number;
  /** Until the worker's file must have said hello. */
  silentMs: number;
  lateMs: number;
}

/** What a start has become: `slow` is told once. */
export type StartVerdict = 'fine' | 'slow' | 'silent' | 'late';

/** Finds out that a worker takes too long to start. */
export class StartWatch {
  readonly #bounds: StartBounds;
  readonly #time: AwakeTime;
  #elapsedMs = 0;
  #isKnownSlow = false;

  /** @param periodMs how often `look` is called. @param now on the monotonic clock. */
  constructor(bounds: StartBounds, periodMs: number, now: number) {
    this.#bounds = bounds;
    this.#time = new AwakeTime(periodMs, now);
  }

  /** @param isGreeted whether its file has said hello. */
  look(isGreeted: boolean, now: number): StartVerdict {
    this.#elapsedMs += this.#time.look(now);
    const { slowMs, silentMs, lateMs } = this.#bounds;
    if (this.#elapsedMs >= lateMs) return 'late';
    if (!isGreeted && this.#elapsedMs >= silentMs) return 'silent';
    if (this.#elapsedMs < slowMs || this.#isKnownSlow) return 'fine';
    this.#isKnownSlow = true;
    return 'slow';
  }
}
