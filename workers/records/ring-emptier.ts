import { Buffer } from 'node:buffer';
import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { packageVersion } from '../../src/protocol/hello.js';
import { entryKinds, headFields } from '../../src/records/format/entry-layout.js';
import { jsonEntry } from '../../src/records/format/write-entry.js';
import type { RecordsWorkerData, ToRecordsWorker } from '../../src/records/protocol.js';
import { ringCounts, ringCountsOf } from '../../src/records/ring/ring-memory.js';
import { RingReader } from '../../src/records/ring/ring-reader.js';
import { FileSink } from './file-sink.js';
import { HostTarget } from './host-target.js';
import { Masker } from './masker.js';
import { post } from './post.js';
import { LossError, reasonOf } from './sink-failure.js';
import { SinkWait } from './sink-wait.js';
import type { RecordsTarget } from './target.js';

/** Entries that are written together take so much at most, unless one is larger. */
const pieceBytes = 256 * 1024;

/** How often a sink that failed is tried again, in ms. */
const retryMs = 1_000;

/** While decisions come, the ring is emptied as often as that, in ms: a thread that works for long at a time holds up the others. */
const busyMs = 1;

/** Empties the ring into the target until it is told to close. */
export class RingEmptier {
  readonly #data: RecordsWorkerData;
  readonly #ring: RingReader;
  readonly #counts: BigInt64Array;
  readonly #masker: Masker;
  readonly #target: RecordsTarget;
  readonly #wait: SinkWait;
  readonly #known = { contexts: new Set<number>(), policies: new Set<number>() };
  #buffer = Buffer.alloc(pieceBytes);
  /** Masked entries that the target has not taken yet. */
  #held: Buffer[] = [];
  #isStalled = false;
  /** When the target last refused what is held; while it does, it is tried again each second. */
  #refusedAt = Number.NEGATIVE_INFINITY;
  /** When it last failed: the host hears for a second at least that it does. */
  #failedAt = Number.NEGATIVE_INFINITY;
  /** Flushes that were asked for, and the last word. */
  #tokens: number[] = [];
  #closing: Extract<ToRecordsWorker, { kind: 'close' }> | null = null;
  #written = 0;
  /**
   * Why something could not be forced to the disk since a flush was last answered; null where nothing failed. Kept though a later try succeeds: the
   * system may have thrown away what it could not write, and tells it once.
   */
  #syncFailure: string | null = null;

  constructor(data: RecordsWorkerData) {
    this.#data = data;
    this.#ring = new RingReader(data.ring);
    this.#counts = ringCountsOf(data.ring);
    this.#masker = new Masker(data.mask);
    this.#wait = new SinkWait(data.ring);
    this.#target = data.sink.kind === 'files' ? new FileSink(data.sink, data) : new HostTarget(data, post);
  }

  run(): void {
    post({ kind: 'ready', version: packageVersion });
    for (;;) {
      const seen = this.#ring.signals;
      this.#hear();
      if (this.#closing !== null) break;
      const tokens = this.#tokens;
      this.#tokens = [];
      // Later entries may come without end: what is asked for meanwhile must not wait for them.
      const before = this.#written;
      const isDrained = this.#drain(this.#ring.head);
      const hasWritten = this.#written > before;
      if (isDrained) {
        this.#answer(tokens);
        this.#tick();
      } else if (this.#syncFailure !== null) {
        this.#tell(tokens);
      } else {
        this.#tokens = [...tokens, ...this.#tokens];
      }
      this.#publish();
      const isBehind = isDrained && !this.#ring.hasReached(this.#ring.head);
      const { flushMs } = this.#data.sink;
      const waitMs = hasWritten ? Math.min(flushMs, busyMs) : flushMs;
      // What a sink does not take is as good as with it.
      if (!isDrained) this.#wait.during(() => this.#ring.wait(seen, waitMs));
      else if (!isBehind) this.#ring.wait(seen, waitMs);
    }
    this.#end(this.#closing);
  }

  /** @returns whether all that was in the ring before a place is with the target. */
  #drain(head: number): boolean {
    for (;;) {
      if (!this.#hand()) return false;
      if (this.#ring.hasReached(head)) return true;
      this.#take();
    }
  }

  /** Takes entries out of the ring, as many as are written together. */
  #take(): void {
    let at = 0;
    let count = 0;
    while (at < pieceBytes) {
      const bytes = this.#ring.take(this.#buffer, at);
      if (bytes === 0) break;
      if (bytes === -1) {
        if (count > 0) break;
        this.#buffer = Buffer.alloc(2 * this.#buffer.length);
        continue;
      }
      at += this.#add(at, bytes);
      count += 1;
    }
  }

  /** Holds an entry that was taken to a place in the buffer. @returns how much of the buffer it takes, masked. */
  #add(at: number, bytes: number): number {
    const room = this.#buffer.subarray(at);
    const entry = room.subarray(0, bytes);
    const kind = entry.readUInt32LE(headFields.kind);
    if (kind === entryKinds.decisions || kind === entryKinds.columns) {
      const context = entry.readUInt32LE(headFields.context);
      const policy = entry.readUInt32LE(headFields.policy);
      // They were told before the entry was made, so they are among the messages by now.
      if (!this.#known.contexts.has(context) || !this.#known.policies.has(policy)) this.#hear();
    }
    const masked = this.#masker.apply(entry, room);
    this.#held.push(masked);
    return masked.buffer === room.buffer ? masked.length : bytes;
  }

  /** Gives the target what is held. @returns whether nothing is held any more. */
  #hand(): boolean {
    if (this.#held.length === 0) return true;
    if (Date.now() - this.#refusedAt < retryMs && this.#closing === null) return false;
    if (!this.#attempt(() => this.#target.write(this.#held))) {
      this.#refusedAt = Date.now();
      // What is held lies in the buffer that the next entries would be read into.
      return false;
    }
    for (const entry of this.#held) this.#written += entry.readUInt32LE(headFields.rows);
    this.#held = [];
    this.#refusedAt = Number.NEGATIVE_INFINITY;
    // A slow sink may take a full ring for long, and the host must see that it takes something.
    this.#publish();
    // What was written stays so even if the disk cannot be forced to keep it.
    this.#tick();
    return true;
  }

  #stall(error: unknown): void {
    if (error instanceof LossError) this.#syncFailure ??= reasonOf(error);
    if (!this.#isStalled) post({ kind: 'stalled', reason: reasonOf(error) });
    this.#isStalled = true;
    this.#failedAt = Date.now();
  }

  /** @returns whether it did not fail. */
  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#stall(error);
      return false;
    }
  }

  #tick(): void {
    if (this.#isStalled && Date.now() - this.#failedAt < retryMs) return;
    if (!this.#attempt(() => this.#target.tick()) || !this.#isStalled) return;
    post({ kind: 'flowing' });
    this.#isStalled = false;
  }

  #answer(tokens: readonly number[]): void {
    if (tokens.length === 0) return;
    this.#attempt(() => this.#target.sync());
    this.#publish();
    this.#tell(tokens);
  }

  #tell(tokens: readonly number[]): void {
    if (tokens.length === 0) return;
    const failure = this.#syncFailure;
    this.#syncFailure = null;
    for (const token of tokens) post({ kind: 'flushed', token, failure });
  }

  /** Writes what is left, as far as the sink takes it: the end must not wait for one that takes nothing. What was written is closed in any case. */
  #end({ token, dropped, sequence }: Extract<ToRecordsWorker, { kind: 'close' }>): void {
    this.#attempt(() => this.#writeEnd(dropped, sequence));
    this.#attempt(() => this.#target.sync());
    this.#attempt(() => this.#target.close());
    this.#publish();
    const failure = this.#syncFailure;
    this.#tell(this.#tokens);
    post({ kind: 'closed', token, failure });
    parentPort?.close();
  }

  #writeEnd(dropped: number, sequence: number): void {
    if (!this.#drain(this.#ring.head)) {
      this.#syncFailure ??= 'the sink takes nothing';
      return;
    }
    const end = { written: this.#written, dropped };
    this.#target.write([jsonEntry(entryKinds.end, end, { sequence, at: Date.now() })]);
  }

  #hear(): void {
    for (;;) {
      const received = parentPort === null ? undefined : receiveMessageOnPort(parentPort);
      if (received === undefined) return;
      const message: ToRecordsWorker = received.message;
      if (message.kind === 'context') {
        this.#known.contexts.add(message.context.number);
        this.#masker.addContext(message.context);
        this.#target.addContext(message.context);
      } else if (message.kind === 'policy') {
        this.#known.policies.add(message.policy.number);
        this.#target.addPolicy(message.policy);
      } else if (message.kind === 'flush') {
        this.#tokens.push(message.token);
      } else {
        this.#closing = message;
      }
    }
  }

  #publish(): void {
    const { bytes, files, deletedFiles } = this.#target.counts;
    Atomics.store(this.#counts, ringCounts.written, BigInt(this.#written));
    Atomics.store(this.#counts, ringCounts.bytes, BigInt(bytes));
    Atomics.store(this.#counts, ringCounts.files, BigInt(files));
    Atomics.store(this.#counts, ringCounts.deletedFiles, BigInt(deletedFiles));
  }
}
