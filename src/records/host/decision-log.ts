import type { RecordRole } from '../../api/records.js';
import type { Decision, ModelIdentity } from '../../api/result.js';
import type { Clock } from '../../host/clock.js';
import { type EntrySizes, entryKinds, entryParts, noParts } from '../format/entry-layout.js';
import { jsonEntry } from '../format/write-entry.js';
import { noRoom, RingWriter } from '../ring/ring-writer.js';
import { EntryMemory } from './entry-memory.js';
import { type EntryNumbers, type EntryShared, type RowSources, sizeEntry, writeDecisions } from './entry-writer.js';
import { LogCounts } from './log-counts.js';
import { PolicyNumbers } from './policy-numbers.js';
import type { FoundDecision, Recording } from './recording.js';
import type { RowStage } from './row-stage.js';

/** The room of the ring that `block` keeps free for texts whose length is not known before. */
const keptShare = 1 / 8;

/**
 * The share of the ring that `block` lets wait while the writing thread has not been let run: that thread has the lowest priority, and what lies in the
 * ring is lost if the process is killed. With a smaller share, requests wait as soon as the thread loses its core for some tens of milliseconds.
 */
const eagerShare = 1 / 2;

/** The same in bytes, while the host wants the records to be safe soon. */
const urgentBytes = 2 * 1024 * 1024;

/**
 * The host's side of decision records: takes what was decided to the ring from which the records worker writes. Where nobody records, a batch
 * pays for a look.
 */
export class DecisionLog {
  /** Whether decisions are recorded. Looked at for each batch. */
  isActive = false;
  readonly counts: LogCounts;
  /** What batches in flight may still bring, and the next one with them, in bytes. */
  bytesToCome: () => number = () => 0;
  /** Whether no batch is in flight. */
  isIdle: () => boolean = () => true;
  readonly #clock: Clock;
  readonly #policies = new PolicyNumbers();
  /** Of the entry that is being written. They are the same objects each time, so that a batch makes no garbage. */
  readonly #sizes: EntrySizes = { rows: 0, featureWords: 0, attentionWidth: 0, rawWidth: 0, textBytes: 0 };
  readonly #parts = noParts();
  readonly #numbers: EntryNumbers = { first: 0, policy: 0 };
  #recording: Recording | null = null;
  #ring: RingWriter | null = null;
  #memory: EntryMemory | null = null;
  #sequence = 0;
  #batches = 0;
  #contexts = 0;
  /** How many recordings there were. With each, versions tell their contexts again. */
  #epoch = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.counts = new LogCounts(clock);
  }

  /** Changes with each recording. */
  get epoch(): number {
    return this.#epoch;
  }

  get recording(): Recording | null {
    return this.#recording;
  }

  /** The sequence number of the next record. */
  get nextSequence(): number {
    return this.#sequence;
  }

  /** The number of the next batch. */
  nextBatch(): number {
    this.#batches += 1;
    return this.#batches - 1;
  }

  /** The number of the next context. */
  nextContext(): number {
    this.#contexts += 1;
    return this.#contexts - 1;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#clock.epochMs();
  }

  /** Begins to record. There is none yet, or it was stopped. */
  start(recording: Recording): void {
    this.#recording = recording;
    this.#ring = new RingWriter(recording.ring);
    this.#memory = new EntryMemory(recording.ring.data);
    this.#policies.clear();
    this.#sequence = 0;
    this.#batches = 0;
    this.#contexts = 0;
    this.counts.begin(recording);
    this.#epoch += 1;
    this.isActive = true;
  }

  /** Takes nothing more; the recording still writes what it has. */
  stop(): void {
    this.isActive = false;
    this.counts.end();
    this.#recording = null;
    this.#ring = null;
    this.#memory = null;
  }

  /** The recording can't go on. Batches must not wait for it. @param reason in a few words. */
  fail(reason: string): void {
    this.stop();
    this.counts.failure = reason;
  }

  /** Stops, and resolves once all is written. Never rejects. */
  async close(): Promise<void> {
    await this.#recording?.close();
  }

  /** Whether a decision is one of those that are recorded. */
  wants(decision: Decision, role: RecordRole): boolean {
    const sample = this.#recording?.sample;
    if (sample === undefined) return false;
    const share = role === 'shadow' ? sample.shadow : sample[decision];
    if (share >= 1 || (share > 0 && Math.random() < share)) return true;
    this.counts.sampledOut += 1;
    return false;
  }

  /** Whether a batch may be sent. If no decision may be lost, only while the ring has room for it. */
  mayRun(): boolean {
    if (this.#recording?.onFull !== 'block' || this.#ring === null) return true;
    const { capacityBytes, usedBytes, isAtSink } = this.#ring;
    const eagerBytes = Math.min(capacityBytes * eagerShare, this.#recording.isUrgent ? urgentBytes : capacityBytes);
    const hasRoom = usedBytes + this.bytesToCome() <= capacityBytes * (1 - keptShare);
    if (hasRoom && (isAtSink || usedBytes <= eagerBytes)) return true;
    // A batch that needs more than a small ring has must not wait for ever: it goes alone.
    if (usedBytes === 0 && this.isIdle()) return true;
    // The batcher looks again by itself.
    this.#ring.wake();
    return false;
  }

  /** Writes rows that were decided together. The stage is empty afterwards. */
  write(stage: RowStage, shared: EntryShared, sources: RowSources | null): void {
    const { count } = stage;
    if (count === 0) return;
    const recording = this.#recording;
    const memory = this.#memory;
    if (recording === null || memory === null) {
      stage.clear();
      return;
    }
    const sizes = this.#sizes;
    sizeEntry(sizes, stage, shared, sources);
    const parts = entryParts(sizes, this.#parts);
    const numbers = this.#numbers;
    numbers.policy = this.#policies.numberOf(shared.policy, recording);
    numbers.first = this.#sequence;
    this.#sequence += count;
    this.counts.taken += count;
    const at = this.#reserve(parts.bytes);
    if (at === noRoom) {
      this.counts.drop(count);
      stage.clear();
      return;
    }
    writeDecisions(memory, at, sizes, parts, numbers, stage, shared, sources);
    stage.clear();
    this.#ring?.commit();
  }

  /** A label. @param matched whether it could be matched with a decision. */
  outcome(outcome: { id: string; isFraud: boolean; amount?: number | undefined }, matched: boolean): void {
    const { id, isFraud, amount } = outcome;
    this.#json(entryKinds.outcome, { id, isFraud, matched, ...(amount === undefined ? {} : { amount }) });
  }

  /** A call of `scoreColumns`. */
  columns(model: ModelIdentity, context: number, rows: number, decisions: Record<Decision, number>): void {
    this.#json(entryKinds.columns, { version: model.version, context, rows, decisions }, context);
  }

  /** A decision that the scorer itself does not remember. */
  find(id: string): FoundDecision | null {
    return this.#recording?.find(id) ?? null;
  }

  #json(kind: number, json: object, context = 0): void {
    const memory = this.#memory;
    if (memory === null) return;
    const entry = jsonEntry(kind, json, { sequence: this.#sequence, at: this.now(), context });
    this.#sequence += 1;
    this.counts.taken += 1;
    const at = this.#reserve(entry.length);
    if (at === noRoom) {
      this.counts.drop(1);
      return;
    }
    memory.bytes.set(entry, at);
    this.#ring?.commit();
  }

  /** @returns where an entry may be written, or `noRoom`. */
  #reserve(bytes: number): number {
    const ring = this.#ring;
    if (ring === null) return noRoom;
    for (;;) {
      const at = ring.reserve(bytes);
      if (at !== noRoom || this.#recording?.onFull !== 'drop-oldest') return at;
      const dropped = ring.dropOldest();
      if (dropped === null) return ring.reserve(bytes);
      this.counts.drop(dropped);
    }
  }
}
