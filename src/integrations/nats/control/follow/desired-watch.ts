import type { KV, KvWatchEntry } from '@nats-io/kv';
import type { QueuedIterator } from '@nats-io/transport-node';
import type { FaultReport } from '../../../../host/faults.js';
import { watched } from '../../../../host/faults.js';
import { type DesiredEntry, entryOf, type InvalidEntry, readDesired } from '../desired-entry.js';
import { isEmpty } from '../state/fleet-state.js';
import { lastStateUntil } from '../state-history.js';

/** After so many looks the entry is read even if the watch has told nothing: a watch may have been lost with a server. */
const readEvery = 3;

/** A replica may be behind. After so many reads of an older revision the bucket was made anew. */
const mostOlder = 3;

export interface DesiredWatchOptions {
  kv: KV;
  key: string;
  /** Told once for each revision. */
  onEntry: (entry: DesiredEntry | InvalidEntry) => void;
  onFault: FaultReport;
}

/** Learns of new desired states at once by a watch, and reads the entry now and then. */
export class DesiredWatch {
  readonly #options: DesiredWatchOptions;
  #iterator: QueuedIterator<KvWatchEntry> | null = null;
  #isOpening = false;
  #hasBegun = false;
  #isStopped = false;
  #revision = -1;
  #looks = 0;
  #older = 0;

  constructor(options: DesiredWatchOptions) {
    this.#options = options;
  }

  /** Call it about once a second. Rejects if the entry cannot be read. */
  async look(): Promise<void> {
    if (!this.#hasBegun) await this.#begin();
    if (this.#iterator === null && !this.#isOpening) watched(this.#open(), this.#options.onFault);
    this.#looks += 1;
    if (this.#looks % readEvery === 1) await this.#read();
  }

  stop(): void {
    this.#isStopped = true;
    this.#iterator?.stop();
  }

  /**
   * Tells the first entry. If it is not a state that can be followed, it first tells the last one that was: the other nodes still follow
   * that one.
   */
  async #begin(): Promise<void> {
    const { kv, key } = this.#options;
    const first = await readDesired(kv, key);
    const isDeleted = 'state' in first && isEmpty(first.state) && first.revision > 0;
    const earlier = 'problem' in first || isDeleted ? await lastStateUntil(kv, key, first.revision) : null;
    this.#hasBegun = true;
    this.#looks = 1;
    if (earlier !== null) this.#tell(earlier);
    this.#tell(first);
  }

  async #read(): Promise<void> {
    const { kv, key } = this.#options;
    const entry = await readDesired(kv, key);
    this.#older = entry.revision < this.#revision ? this.#older + 1 : 0;
    if (this.#older >= mostOlder) this.#revision = -1;
    this.#tell(entry);
  }

  #tell(entry: DesiredEntry | InvalidEntry): void {
    if (this.#isStopped || entry.revision <= this.#revision) return;
    this.#revision = entry.revision;
    this.#options.onEntry(entry);
  }

  async #open(): Promise<void> {
    const { kv, key } = this.#options;
    this.#isOpening = true;
    try {
      const iterator = await kv.watch({ key });
      this.#iterator = iterator;
      if (this.#isStopped) iterator.stop();
      for await (const entry of iterator) this.#tell(entryOf(entry));
    } finally {
      this.#iterator = null;
      this.#isOpening = false;
    }
  }
}
