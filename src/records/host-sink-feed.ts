import type { DecisionLogRecord } from '../api/records.js';
import { systemClock } from '../host/clock.js';
import { messageOf } from '../host/thrown.js';
import type { ResolvedSink } from './options.js';
import { ringCounts } from './ring/ring-memory.js';
import { StreamSink } from './stream-sink.js';

/** How long it is waited before a function that failed is given the same records again, in ms. */
const retryMs = 1_000;

/** Gives records to a function or a stream of the host's, in their order, and tells the worker when the host has taken them. */
export class HostSinkFeed {
  readonly #give: (records: readonly DecisionLogRecord[]) => Promise<void>;
  readonly #stream: StreamSink | null;
  readonly #counts: BigInt64Array;
  readonly #onState: (reason: string | null) => void;
  #last: Promise<void> = Promise.resolve();
  #taken = 0;
  #isFailing = false;
  #hasEnded = false;

  /** @param onState told why the host takes nothing now; null once it does again. */
  constructor(
    sink: Exclude<ResolvedSink, { kind: 'files' }>,
    counts: BigInt64Array,
    onState: (reason: string | null) => void,
  ) {
    this.#counts = counts;
    this.#onState = onState;
    if ('take' in sink) {
      this.#stream = null;
      this.#give = async (records) => await sink.take(records);
    } else {
      const stream = new StreamSink(sink.stream, (error) => this.#failed(error));
      this.#stream = stream;
      this.#give = (records) => stream.write(records);
    }
  }

  /** Records that the host has taken. The `end` of the run is not counted. */
  get taken(): number {
    return this.#taken;
  }

  /** Called in the order in which records are to be given. */
  take(records: readonly DecisionLogRecord[]): void {
    this.#last = this.#last.then(() => this.#giveUntilTaken(records));
  }

  /** The recording has ended. The host is not given again what it has not taken by now. */
  end(): void {
    this.#hasEnded = true;
    this.#stream?.end();
  }

  async #giveUntilTaken(records: readonly DecisionLogRecord[]): Promise<void> {
    for (;;) {
      if (this.#hasEnded) return;
      try {
        await this.#give(records);
        break;
      } catch (error) {
        this.#failed(error);
        await new Promise<void>((resolve) => systemClock.background(retryMs, resolve));
      }
    }
    if (this.#isFailing && !this.#hasEnded) this.#onState(null);
    this.#isFailing = false;
    this.#taken += records.filter(({ kind }) => kind !== 'end').length;
    Atomics.add(this.#counts, ringCounts.handed, 1n);
  }

  #failed(error: unknown): void {
    if (this.#hasEnded) return;
    this.#isFailing = true;
    this.#onState(messageOf(error));
  }
}
