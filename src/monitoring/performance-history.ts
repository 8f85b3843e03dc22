import type { Clock } from '../host/clock.js';
import { LatencyHistogram } from './latency-histogram.js';
import { PerformanceRecorder } from './performance-recorder.js';

/** Intervals in the window of the alerts. */
export const windowIntervals = 10;

interface Interval {
  recorder: PerformanceRecorder;
  startedAt: number;
}

/**
 * Measurements since the start and over a sliding window. It is a ring of intervals of about a second. Each interval is added to the total
 * when it ends, so that a request is recorded only once. Each version has one, and the scorer has one for values without a version.
 */
export class PerformanceHistory {
  readonly #clock: Clock;
  readonly #total = new PerformanceRecorder();
  /** The oldest first. The last one is the current interval. */
  readonly #intervals: Interval[];
  /** The latencies of the ended intervals in the window. It is updated incrementally, because adding up all intervals takes long. */
  readonly #endedLatency = new LatencyHistogram();
  /** The current interval. Read by others. */
  current = new PerformanceRecorder();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#intervals = [{ recorder: this.current, startedAt: clock.now() }];
  }

  /** The duration of the current interval so far, in ms. */
  get currentMs(): number {
    return this.#clock.now() - this.#last().startedAt;
  }

  /** The length of the window, in ms. It is less than ten intervals after a start. */
  get windowMs(): number {
    return this.#clock.now() - (this.#intervals[0]?.startedAt ?? this.#clock.now());
  }

  /** Whether no interval has ended yet. */
  get isFirst(): boolean {
    return this.#intervals.length === 1;
  }

  /** Ends the start. The time until now does not count as an interval without answers. */
  begin(): void {
    this.#last().startedAt = this.#clock.now();
  }

  /** Ends the current interval and begins the next. @param rows the rows answered in it. For the scorer's history, of all versions. */
  advance(rows: number): void {
    // Created first: if there is no memory for it, this throws before anything has changed.
    const added = this.#intervals.length < windowIntervals ? new PerformanceRecorder() : null;
    const now = this.#clock.now();
    const { recorder, startedAt } = this.#last();
    recorder.closeInterval(now - startedAt, rows);
    this.#total.add(recorder);
    this.#endedLatency.add(recorder.latency);
    const oldest = added === null ? this.#intervals.shift()?.recorder : undefined;
    if (oldest !== undefined) this.#endedLatency.subtract(oldest.latency);
    const next = added ?? oldest ?? new PerformanceRecorder();
    next.reset();
    this.#intervals.push({ recorder: next, startedAt: now });
    this.current = next;
  }

  /** Calls `read` with the recorders that hold the measurements since the start. */
  eachSinceStart(read: (recorder: PerformanceRecorder) => void): void {
    read(this.#total);
    read(this.current);
  }

  /** Overwrites a recorder with all measurements since the start. */
  readSinceStart(into: PerformanceRecorder): void {
    into.reset();
    this.eachSinceStart((recorder) => into.add(recorder));
    // A partial interval counts only if the start was too short for a whole one.
    if (!into.hasThroughput) into.closeInterval(this.currentMs);
  }

  /** Calls `read` with the recorders that hold the measurements of the window. */
  eachRecent(read: (recorder: PerformanceRecorder) => void): void {
    for (const { recorder } of this.#intervals) read(recorder);
  }

  /** Together they are the latencies of the window. Read by others. */
  get recentLatencies(): readonly LatencyHistogram[] {
    return [this.#endedLatency, this.current.latency];
  }

  /** Adds the measurements of another history over the same time, interval by interval from the last. The other is not used any more. */
  absorb(other: PerformanceHistory): void {
    this.#total.addCounts(other.#total);
    for (const [age, interval] of [...other.#intervals].reverse().entries()) {
      const own = this.#intervals.at(-1 - age);
      // An interval that ended before this history began is already in the other's total. In the current interval it would count twice.
      if (own === undefined) this.#intervals.unshift(interval);
      else own.recorder.addCounts(interval.recorder);
      if (own !== this.#last()) this.#endedLatency.add(interval.recorder.latency);
    }
  }

  #last(): Interval {
    const interval = this.#intervals.at(-1);
    if (interval === undefined) throw new Error('a history without an interval');
    return interval;
  }
}
