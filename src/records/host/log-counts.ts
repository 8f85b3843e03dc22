import type { Clock } from '../../host/clock.js';
import type { Recording } from './recording.js';

/** For how long a dropped decision raises the alert `records`, in ms. */
const recentMs = 10_000;

/** What has become of the decisions of a scorer, over all of its recordings. */
export class LogCounts {
  /** Of this recording: records that were taken, those that were dropped later included. */
  taken = 0;
  /** Of this recording: decisions that are not recorded because there was no room. */
  dropped = 0;
  /** Of this recording: decisions that `sample` left out. */
  sampledOut = 0;
  /** Why nothing is recorded any more though it should be; null where all is well. */
  failure: string | null = null;
  readonly #clock: Clock;
  readonly #before = { written: 0, dropped: 0, sampledOut: 0 };
  #recording: Recording | null = null;
  /** Whether decisions go to the recording. */
  #isRecording = false;
  #droppedAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A recording begins. */
  begin(recording: Recording): void {
    this.#before.written += this.#recording?.written ?? 0;
    this.#before.dropped += this.dropped;
    this.#before.sampledOut += this.sampledOut;
    this.#recording = recording;
    this.#isRecording = true;
    this.failure = null;
    this.taken = 0;
    this.dropped = 0;
    this.sampledOut = 0;
  }

  /** The recording takes nothing more, because the host wants it so. */
  end(): void {
    this.#isRecording = false;
  }

  drop(records: number): void {
    this.dropped += records;
    this.#droppedAt = this.#clock.now();
  }

  /** Of all recordings. They never fall. */
  get totals(): { written: number; dropped: number; sampledOut: number; pending: number } {
    const written = this.#recording?.written ?? 0;
    return {
      written: this.#before.written + written,
      dropped: this.#before.dropped + this.dropped,
      sampledOut: this.#before.sampledOut + this.sampledOut,
      pending: Math.max(0, this.taken - this.dropped - written),
    };
  }

  /** Why decisions are not recorded that should be; null if all are, or none is to be. */
  get message(): string | null {
    if (this.failure !== null) return `Decisions are not recorded any more: ${this.failure}`;
    const stalled = this.#isRecording ? (this.#recording?.stalled ?? null) : null;
    if (stalled !== null) return `Decisions are not recorded: ${stalled.reason}`;
    if (this.#clock.now() - this.#droppedAt > recentMs) return null;
    return `${this.dropped} decisions were not recorded, because the sink is slower than the scorer`;
  }
}
