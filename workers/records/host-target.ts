import type { Buffer } from 'node:buffer';
import type { FileHeader, PolicyContext, VersionContext } from '../../src/records/format/contexts.js';
import { RecordReader } from '../../src/records/format/to-record.js';
import { type FromRecordsWorker, mostHanded, type RecordsWorkerData } from '../../src/records/protocol.js';
import { ringCounts, ringCountsOf } from '../../src/records/ring/ring-memory.js';
import { SinkWait } from './sink-wait.js';
import type { RecordsTarget, TargetCounts } from './target.js';

/** How long it is waited for the host between two looks, in ms. */
const lookAgainMs = 5;

/** Hands records to the host's own thread, for a function or a stream of its own. */
export class HostTarget implements RecordsTarget {
  readonly counts: TargetCounts = { bytes: 0, files: 0, deletedFiles: 0 };
  readonly #reader: RecordReader;
  readonly #counts: BigInt64Array;
  readonly #post: (message: FromRecordsWorker) => void;
  readonly #wait: SinkWait;
  #handed = 0;

  constructor({ ring, run, mask, package: version }: RecordsWorkerData, post: (message: FromRecordsWorker) => void) {
    const header: FileHeader = { format: 1, run, part: 0, begunAt: Date.now(), package: version, mask: mask.fields };
    this.#reader = new RecordReader(header);
    this.#counts = ringCountsOf(ring);
    this.#post = post;
    this.#wait = new SinkWait(ring);
  }

  addContext(context: VersionContext): void {
    this.#reader.addContext(context);
  }

  addPolicy(policy: PolicyContext): void {
    this.#reader.addPolicy(policy);
  }

  write(entries: readonly Buffer[]): void {
    const records = entries.flatMap((entry) => [...this.#reader.records(entry)]);
    if (records.length === 0) return;
    this.#waitFor(mostHanded - 1);
    this.#handed += 1;
    this.#post({ kind: 'records', records });
  }

  tick(): void {}

  /** What was handed over before is with the host. */
  sync(): void {
    this.#waitFor(0);
  }

  close(): void {
    this.sync();
  }

  /** Waits until the host has taken all but so many. Its own thread is the one that counts, so this one may sleep. */
  #waitFor(most: number): void {
    const nobody = new Int32Array(new SharedArrayBuffer(4));
    this.#wait.during(() => {
      while (this.#handed - Number(Atomics.load(this.#counts, ringCounts.handed)) > most) {
        Atomics.wait(nobody, 0, 0, lookAgainMs);
      }
    });
  }
}
