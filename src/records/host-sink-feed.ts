import type { DecisionLogRecord } from '../api/records.js';
import { systemClock } from '../host/clock.js';
import { messageOf } from '../host/thrown.js';
import type { ResolvedSink } from './options.js';
import { ringCounts } from './ring/ring-memory.js';

/** How long it is waited before a function that failed is given the same records again, in ms. */
const retryMs = 1_000;

/** Gives records to a function or a stream of the host's, in their order, and tells the worker when the host has taken them. */
export class HostSinkFeed {
  readonly #give: (records: readonly DecisionLogRecord[]) => Promise<void>;
  readonly #counts: BigInt64Array;
  readonly #onState: (reason: string | null) => void;
  #last: Promise<void> = Promise.resolve();
  #taken = 0;

  /** @param onState told why the host takes nothing now; null once it does again. */
  constructor(
    sink: Exclude<ResolvedSink, { kind: 'files' }>,
    counts: BigInt64Array,
    onState: (reason: string | null) => void,
  ) {
    this.#counts = counts;
    this.#onState = onState;
    this.#give =
      'take' in sink ? async (records) => await sink.take(records) : (records) => writeTo(sink.stream, records);
  }

  /** Records that the host has taken. The `end` of the run is not counted. */
  get taken(): number {
    return this.#taken;
  }

  /** Called in the order in which records are to be given. */
  take(records: readonly DecisionLogRecord[]): void {
    this.#last = this.#last.then(() => this.#giveUntilTaken(records));
  }

  async #giveUntilTaken(records: readonly DecisionLogRecord[]): Promise<void> {
    let hasFailed = false;
    for (;;) {
      try {
        await this.#give(records);
        break;
      } catch (error) {
        hasFailed = true;
        this.#onState(messageOf(error));
        await new Promise<void>((resolve) => systemClock.background(retryMs, resolve));
      }
    }
    if (hasFailed) this.#onState(null);
    this.#taken += records.filter(({ kind }) => kind !== 'end').length;
    Atomics.add(this.#counts, ringCounts.handed, 1n);
  }
}

/** Resolves once the stream wants more. */
function writeTo(stream: NodeJS.WritableStream, records: readonly DecisionLogRecord[]): Promise<void> {
  if (!stream.writable) return Promise.reject(new Error('the stream has ended'));
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  return new Promise((resolve, reject) => {
    const done = (): void => {
      stream.off('error', failed);
      stream.off('close', closed);
      resolve();
    };
    const failed = (error: Error): void => {
      stream.off('drain', done);
      stream.off('close', closed);
      reject(error);
    };
    const closed = (): void => failed(new Error('the stream has closed'));
    stream.once('error', failed);
    stream.once('close', closed);
    if (stream.write(text)) {
      done();
    } else {
      stream.once('drain', done);
    }
  });
}
