import type { RecordsSummary } from '../api/records.js';
import type { LogCounts } from './host/log-counts.js';
import { ringCounts } from './ring/ring-memory.js';

type Counted = Pick<LogCounts, 'taken' | 'dropped' | 'sampledOut'>;

/** What has become of the decisions of one recording. */
export class RecordingCounts {
  readonly #log: Counted;
  readonly #ring: BigInt64Array;
  /** Counts what the host has taken, where records go to the host. */
  readonly #feed: { readonly taken: number } | null;
  /** The log's counts when it took the last decision for this recording: it may count for another one since. */
  #last: Counted | null = null;

  constructor(log: Counted, ring: BigInt64Array, feed: { readonly taken: number } | null) {
    this.#log = log;
    this.#ring = ring;
    this.#feed = feed;
  }

  get written(): number {
    // The thread counts what it has handed over. The host may not have taken it yet.
    return this.#feed?.taken ?? this.#of(ringCounts.written);
  }

  get bytes(): number {
    return this.#of(ringCounts.bytes);
  }

  get dropped(): number {
    return this.#logged.dropped;
  }

  get pending(): number {
    const { dropped, taken } = this.#logged;
    return Math.max(0, taken - dropped - this.written);
  }

  get all(): Omit<RecordsSummary, 'run' | 'stalled'> {
    const { written, pending, dropped, bytes } = this;
    const { sampledOut } = this.#logged;
    const files = this.#of(ringCounts.files);
    return { written, pending, dropped, sampledOut, bytes, files, deletedFiles: this.#of(ringCounts.deletedFiles) };
  }

  /** The log gives this recording nothing more. */
  leaveLog(): void {
    const { taken, dropped, sampledOut } = this.#log;
    this.#last ??= { taken, dropped, sampledOut };
  }

  get #logged(): Counted {
    return this.#last ?? this.#log;
  }

  #of(place: number): number {
    return Number(Atomics.load(this.#ring, place));
  }
}
