import { AwakeTime } from './awake-time.js';

/** Limits of a start, in ms of awake time. */
export interface StartBounds {
  slowMs: number;
  /** The worker's file must have said hello by then. */
  silentMs: number;
  lateMs: number;
}

/** The result of a check of a start. `slow` is returned once. */
export type StartVerdict = 'fine' | 'slow' | 'silent' | 'late';

/** Detects that a worker takes too long to start. */
export class StartWatch {
  readonly #bounds: StartBounds;
  readonly #time: AwakeTime;
  #elapsedMs = 0;
  #isKnownSlow = false;

  /** @param periodMs how often `look` is called. @param now time on the monotonic clock. */
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
