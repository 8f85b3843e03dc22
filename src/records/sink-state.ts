import type { RecordsSummary } from '../api/records.js';

/** How long a sink may take nothing, though records wait for it, in ms. */
const silentMs = 10_000;

/**
 * Whether a sink takes records. A sink that fails is told of. A promise that never settles, or a disk that hangs, is not: it is seen because nothing is
 * taken for some time. Call `look` regularly.
 */
export class SinkState {
  readonly #clock: { now(): number; epochMs(): number };
  readonly #mostMs: number;
  #told: RecordsSummary['stalled'] = null;
  /** What the last look found. */
  #taken = 0;
  #hadPending = false;
  /** Since when nothing was taken: on the monotonic clock, and since the epoch. */
  #since = { now: 0, epochMs: 0 };

  /** @param flushMs how long records wait without a reason. */
  constructor(flushMs: number, clock: { now(): number; epochMs(): number }) {
    this.#mostMs = silentMs + flushMs;
    this.#clock = clock;
  }

  /** It takes nothing, or what it has taken may be lost. @returns whether this is news. */
  stall(reason: string): boolean {
    if (this.#told !== null) return false;
    this.#told = { reason, since: this.#clock.epochMs() };
    return true;
  }

  /** It takes records again. */
  flow(): void {
    this.#told = null;
  }

  /** @param taken records that it has taken so far. @param pending those that wait. @returns null where all is well. */
  look(taken: number, pending: number): RecordsSummary['stalled'] {
    const isSilent = this.#hadPending && pending > 0 && taken === this.#taken;
    this.#taken = taken;
    this.#hadPending = pending > 0;
    const now = this.#clock.now();
    if (!isSilent) this.#since = { now, epochMs: this.#clock.epochMs() };
    if (this.#told !== null) return { ...this.#told };
    if (now - this.#since.now < this.#mostMs) return null;
    return { reason: 'the sink takes nothing, and has not failed either', since: this.#since.epochMs };
  }
}
