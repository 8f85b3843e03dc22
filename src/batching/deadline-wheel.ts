import type { Clock, Timer } from '../clock.js';
import type { PendingRequest } from '../request/pending-request.js';

/** Buckets of one millisecond; a deadline further away than all of them goes round more than once. */
const bucketCount = 4096;

/**
 * A hashed timing wheel (Varghese and Lauck, 1987): any number of deadlines on one timer, each set and
 * removed in constant time, and none held longer than its request lives. The timer is left standing when nobody waits any more, as the
 * next request would only set it again; it keeps no process alive, which what a request waits for does.
 */
export class DeadlineWheel {
  readonly #clock: Clock;
  readonly #onExpired: (request: PendingRequest) => void;
  readonly #buckets: (PendingRequest | null)[] = new Array<PendingRequest | null>(bucketCount).fill(null);
  /** The tick up to which every bucket has been looked at. */
  #swept: number;
  #length = 0;
  #timer: Timer | null = null;
  #timerTick = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, onExpired: (request: PendingRequest) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
    this.#swept = Math.floor(clock.now());
  }

  get length(): number {
    return this.#length;
  }

  /** Requests with an infinite timeout are not watched. */
  add(request: PendingRequest): void {
    if (!Number.isFinite(request.deadlineAt)) return;
    if (this.#length === 0) this.#swept = Math.floor(this.#clock.now());
    const tick = this.#tickOf(request);
    const bucket = tick % bucketCount;
    const head = this.#buckets[bucket] ?? null;
    request.wheelBucket = bucket;
    request.wheelNext = head;
    if (head !== null) head.wheelPrevious = request;
    this.#buckets[bucket] = request;
    this.#length += 1;
    // Never further than once round, which also keeps the delay within what a timer takes.
    const wake = Math.min(tick, this.#swept + bucketCount);
    if (wake < this.#timerTick) this.#arm(wake);
  }

  /** Does nothing for a request that is not on the wheel. */
  remove(request: PendingRequest): void {
    const { wheelBucket, wheelPrevious, wheelNext } = request;
    if (wheelBucket < 0) return;
    if (wheelPrevious === null) this.#buckets[wheelBucket] = wheelNext;
    else wheelPrevious.wheelNext = wheelNext;
    if (wheelNext !== null) wheelNext.wheelPrevious = wheelPrevious;
    request.wheelBucket = -1;
    request.wheelPrevious = null;
    request.wheelNext = null;
    this.#length -= 1;
  }

  /** Takes the timer away. */
  dispose(): void {
    this.#disarm();
  }

  /** Rounded up, so that no request expires early. */
  #tickOf(request: PendingRequest): number {
    return Math.max(Math.ceil(request.deadlineAt), this.#swept + 1);
  }

  #sweep(): void {
    this.#disarm();
    const now = Math.floor(this.#clock.now());
    // Once round sees every bucket, however long the timer was late.
    const last = Math.min(now, this.#swept + bucketCount);
    const expired: PendingRequest[] = [];
    for (let tick = this.#swept + 1; tick <= last; tick += 1) this.#collect(tick % bucketCount, now, expired);
    this.#swept = now;
    for (const request of expired) this.remove(request);
    this.#armForNext();
    for (const request of expired) this.#onExpired(request);
  }

  #collect(bucket: number, now: number, expired: PendingRequest[]): void {
    for (let request = this.#buckets[bucket] ?? null; request !== null; request = request.wheelNext) {
      if (Math.ceil(request.deadlineAt) <= now) expired.push(request);
    }
  }

  /** Wakes for the next bucket that holds anything; where its requests are due a round later, it looks again. */
  #armForNext(): void {
    if (this.#length === 0) return;
    for (let tick = this.#swept + 1; tick <= this.#swept + bucketCount; tick += 1) {
      if ((this.#buckets[tick % bucketCount] ?? null) === null) continue;
      this.#arm(tick);
      return;
    }
  }

  #arm(tick: number): void {
    this.#disarm();
    this.#timerTick = tick;
    this.#timer = this.#clock.background(Math.max(0, tick - this.#clock.now()), () => this.#sweep());
  }

  #disarm(): void {
    this.#timer?.clear();
    this.#timer = null;
    this.#timerTick = Number.POSITIVE_INFINITY;
  }
}
