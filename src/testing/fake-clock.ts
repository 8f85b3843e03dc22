import { InvalidOptionsError } from '../errors.js';
import { systemClock } from '../host/clock.js';
import { describeValue } from '../validation/issues.js';

interface Entry {
  at: number;
  order: number;
  periodMs: number | null;
  callback: () => void;
}

/** When a clock begins that is not told: 2026-01-01T00:00:00Z. */
const defaultStart = Date.UTC(2026, 0, 1);

/** What was set on a `FakeClock`. */
export interface FakeTimer {
  /** It does not fire any more. */
  clear(): void;
}

/** A clock that stands still until a test moves it, for the option `clock` of `fakeScorer`. */
export class FakeClock {
  readonly #timers = new Set<Entry>();
  #now: number;
  #order = 0;

  /**
   * @param startAt the time that it shows at first, as a `Date` or in milliseconds since the epoch. @default 2026-01-01T00:00:00Z
   * @throws {InvalidOptionsError} where it is no time.
   */
  constructor(startAt: number | Date = defaultStart) {
    this.#now = Number(startAt);
    if (!Number.isFinite(this.#now)) {
      const expected = 'a Date or milliseconds since the epoch';
      throw new InvalidOptionsError([{ path: 'startAt', expected, received: describeValue(startAt) }]);
    }
  }

  /** What it shows, in milliseconds since the epoch. */
  readonly now = (): number => this.#now;

  /** The same as `now`. */
  readonly epochMs = (): number => this.#now;

  /** How many timers are set and have not fired. */
  get timers(): number {
    return this.#timers.size;
  }

  /**
   * Moves time on and fires the timers on the way, each at its own time. Code that waits for a promise runs after this call: where it sets
   * further timers that must fire too, use `advanceAsync`.
   *
   * @param ms milliseconds, at least 0. @throws {InvalidOptionsError} where it is not.
   */
  advance(ms: number): void {
    const end = this.#endOf(ms);
    for (let next = this.#nextUntil(end); next !== null; next = this.#nextUntil(end)) this.#fire(next);
    this.#now = end;
  }

  /** The same, but code that waits for a promise runs after each timer, and before the first. */
  async advanceAsync(ms: number): Promise<void> {
    const end = this.#endOf(ms);
    await turn();
    for (let next = this.#nextUntil(end); next !== null; next = this.#nextUntil(end)) {
      this.#fire(next);
      await turn();
    }
    this.#now = end;
  }

  /** Calls `callback` once, after so many milliseconds of this clock. */
  after(delayMs: number, callback: () => void): FakeTimer {
    return this.#set(delayMs, null, callback);
  }

  /** The same as `after`. */
  background(delayMs: number, callback: () => void): FakeTimer {
    return this.#set(delayMs, null, callback);
  }

  /** Calls `callback` every so many milliseconds of this clock. */
  every(periodMs: number, callback: () => void): FakeTimer {
    return this.#set(periodMs, periodMs, callback);
  }

  /** Calls `callback` in a later turn of the event loop, whatever this clock shows. */
  soon(callback: () => void): void {
    systemClock.soon(callback);
  }

  #set(delayMs: number, periodMs: number | null, callback: () => void): FakeTimer {
    const entry: Entry = { at: this.#now + delayMs, order: this.#order++, periodMs, callback };
    this.#timers.add(entry);
    return {
      clear: () => {
        this.#timers.delete(entry);
      },
    };
  }

  #endOf(ms: number): number {
    if (typeof ms === 'number' && Number.isFinite(ms) && ms >= 0) return this.#now + ms;
    throw new InvalidOptionsError([
      { path: 'ms', expected: 'milliseconds of at least 0', received: describeValue(ms) },
    ]);
  }

  #nextUntil(end: number): Entry | null {
    let next: Entry | null = null;
    for (const entry of this.#timers) {
      if (entry.at > end) continue;
      if (next === null || entry.at < next.at || (entry.at === next.at && entry.order < next.order)) next = entry;
    }
    return next;
  }

  #fire(entry: Entry): void {
    this.#now = Math.max(this.#now, entry.at);
    if (entry.periodMs === null) this.#timers.delete(entry);
    else entry.at += entry.periodMs;
    entry.callback();
  }
}

/** Makes a `FakeClock`. @throws {InvalidOptionsError} where `startAt` is no time. */
export function fakeClock(startAt?: number | Date): FakeClock {
  return new FakeClock(startAt);
}

/** Whatever waits for a promise has run once this resolves, with what comes of it. */
function turn(): Promise<void> {
  return new Promise((resolve) => systemClock.soon(resolve));
}
