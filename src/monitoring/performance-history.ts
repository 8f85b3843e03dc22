import type { Clock } from '../host/clock.js';
import { LatencyHistogram } from './latency-histogram.js';
import { PerformanceRecorder } from './performance-recorder.js';

/** Intervals in the window that alerts look at. */
export const windowIntervals = 10;

interface Interval {
  recorder: PerformanceRecorder;
  startedAt: number;
}

/**
 * What is measured, since the start and over a sliding window: a ring of intervals of about a second, each folded into the
 * total when it ends, so that a request is recorded once. Each version has one, and so has the scorer, for what is of no version.
 */
export class PerformanceHistory {
  readonly #clock: Clock;
  readonly #total = new PerformanceRecorder();
  /** The oldest first; the last is the one that is being recorded into. */
  readonly #intervals: Interval[];
  /** The latencies of the intervals in the window that have ended: kept up, as adding all of them up takes long. */
  readonly #endedLatency = new LatencyHistogram();
  /** The interval that is being recorded into. For others to read. */
  current = new PerformanceRecorder();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#intervals = [{ recorder: this.current, startedAt: clock.now() }];
  }

  /** How long the current interval has lasted, in ms. */
  get currentMs(): number {
    return this.#clock.now() - this.#last().startedAt;
  }

  /** How long the window is, in ms: less than ten intervals after a start. */
  get windowMs(): number {
    return this.#clock.now() - (this.#intervals[0]?.startedAt ?? this.#clock.now());
  }

  /** Whether no interval has ended yet. */
  get isFirst(): boolean {
    return this.#intervals.length === 1;
  }

  /** The time until now was a start, not an interval in which nothing was answered. */
  begin(): void {
    this.#last().startedAt = this.#clock.now();
  }

  /** Ends the current interval and begins the next. @param rows that were answered in it, by all versions where it is the scorer's. */
  advance(rows: number): void {
    // Made first: if there is no memory for it, this throws before anything has changed.
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

  /** Calls `read` with the recorders that hold what was measured since the start. */
  eachSinceStart(read: (recorder: PerformanceRecorder) => void): void {
    read(this.#total);
    read(this.current);
  }

  /** Overwrites a recorder with all that was measured since the start. */
  readSinceStart(into: PerformanceRecorder): void {
    into.reset();
    this.eachSinceStart((recorder) => into.add(recorder));
    // Only a start too short for one whole interval makes do with a part of one.
    if (!into.hasThroughput) into.closeInterval(this.currentMs);
  }

  /** Calls `read` with the recorders that hold what was measured in the window. */
  eachRecent(read: (recorder: PerformanceRecorder) => void): void {
    for (const { recorder } of this.#intervals) read(recorder);
  }

  /** Latencies that add up to those of the window. For others to read. */
  get recentLatencies(): readonly LatencyHistogram[] {
    return [this.#endedLatency, this.current.latency];
  }

  /** Adds what another measured over the same time, interval by interval from the last. The other is not used any more. */
  absorb(other: PerformanceHistory): void {
    this.#total.addCounts(other.#total);
    for (const [age, interval] of [...other.#intervals].reverse().entries()) {
      const own = this.#intervals.at(-1 - age);
      // One that ended before this history began is in the other's total already: in the current interval it would count twice.
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
