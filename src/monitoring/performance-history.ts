import type { Clock } from '../clock.js';
import { PerformanceRecorder } from './performance-recorder.js';

/** Intervals in the window that alerts look at. */
export const windowIntervals = 10;

interface Interval {
  recorder: PerformanceRecorder;
  startedAt: number;
}

/**
 * What is measured, since the start and over a sliding window: a ring of intervals of about a second, each folded into the
 * total when it ends, so that a request is recorded once.
 */
export class PerformanceHistory {
  readonly #clock: Clock;
  readonly #total = new PerformanceRecorder();
  readonly #scratch = new PerformanceRecorder();
  /** The oldest first; the last is the one that is being recorded into. */
  readonly #intervals: Interval[];

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#intervals = [{ recorder: new PerformanceRecorder(), startedAt: clock.now() }];
  }

  /** The interval that is being recorded into. */
  get current(): PerformanceRecorder {
    return this.#last().recorder;
  }

  /** The time until now was a start, not an interval in which nothing was answered. */
  begin(): void {
    this.#last().startedAt = this.#clock.now();
  }

  /** Ends the current interval and begins the next. */
  advance(): void {
    // Made first: if there is no memory for it, this throws before anything has changed.
    const added = this.#intervals.length < windowIntervals ? new PerformanceRecorder() : null;
    const now = this.#clock.now();
    const { recorder, startedAt } = this.#last();
    recorder.closeInterval(now - startedAt);
    this.#total.add(recorder);
    const next = added ?? this.#intervals.shift()?.recorder ?? new PerformanceRecorder();
    next.reset();
    this.#intervals.push({ recorder: next, startedAt: now });
  }

  /** Reads what was measured since the start; the recorder is valid until the next call of either reader. */
  sinceStart<T>(read: (recorder: PerformanceRecorder) => T): T {
    const { recorder, startedAt } = this.#last();
    this.#scratch.reset();
    this.#scratch.add(recorder);
    // Only a start too short for one whole interval makes do with a part of one.
    if (this.#total.rows === 0) this.#scratch.closeInterval(this.#clock.now() - startedAt);
    this.#scratch.add(this.#total);
    return read(this.#scratch);
  }

  /** Reads what was measured in the window. @param read is given the window's length too. */
  recent<T>(read: (recorder: PerformanceRecorder, windowMs: number) => T): T {
    const now = this.#clock.now();
    const { recorder, startedAt } = this.#last();
    this.#scratch.reset();
    this.#scratch.add(recorder);
    if (this.#intervals.length === 1) this.#scratch.closeInterval(now - startedAt);
    for (const interval of this.#intervals.slice(0, -1)) this.#scratch.add(interval.recorder);
    return read(this.#scratch, now - (this.#intervals[0]?.startedAt ?? now));
  }

  #last(): Interval {
    const interval = this.#intervals.at(-1);
    if (interval === undefined) throw new Error('a history without an interval');
    return interval;
  }
}
