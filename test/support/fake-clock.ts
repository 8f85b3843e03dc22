import type { Clock } from '../../src/host/clock.js';

interface Entry {
  at: number;
  order: number;
  callback: () => void;
  periodMs: number | null;
  /** Whether it would keep the process alive. */
  holds: boolean;
}

/** A clock that stands until it is moved; timers fire in order as it passes them, `soon` callbacks when the turn ends. */
export class FakeClock implements Clock {
  /** When the monotonic clock began, in ms since the epoch. */
  #epoch = 1_700_000_000_000;
  readonly #timers = new Set<Entry>();
  #soon: (() => void)[] = [];
  #now = 1_000;
  #order = 0;

  readonly now = (): number => this.#now;

  readonly epochMs = (): number => this.#epoch + this.#now;

  /** Moves the wall clock alone, as a correction of it does. */
  jump(ms: number): void {
    this.#epoch += ms;
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Timers that would keep the process alive. */
  get holding(): number {
    return [...this.#timers].filter(({ holds }) => holds).length;
  }

  after(delayMs: number, callback: () => void): { clear: () => void } {
    return this.#set(delayMs, callback, null, true);
  }

  background(delayMs: number, callback: () => void): { clear: () => void } {
    return this.#set(delayMs, callback, null, false);
  }

  every(periodMs: number, callback: () => void): { clear: () => void } {
    return this.#set(periodMs, callback, periodMs, false);
  }

  soon(callback: () => void): void {
    this.#soon.push(callback);
  }

  /** Ends the turn of the event loop: what was to run soon runs, and what that brings too. */
  turn(): void {
    while (this.#soon.length > 0) {
      const due = this.#soon;
      this.#soon = [];
      for (const callback of due) callback();
    }
  }

  /** Moves time on in one leap, as a stalled loop does: timers fire one after the other, and no turn ends in between. */
  fire(ms: number): void {
    this.#now += ms;
    for (const entry of [...this.#timers].sort((a, b) => a.at - b.at || a.order - b.order)) {
      if (entry.at > this.#now || !this.#timers.delete(entry)) continue;
      entry.callback();
    }
  }

  /** Moves time on alone, as a loop does that stands still: nothing has come to its turn yet. */
  stall(ms: number): void {
    this.#now += ms;
  }

  /** Moves time on, firing timers as it goes. */
  advance(ms: number): void {
    const end = this.#now + ms;
    this.turn();
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      if (next.periodMs === null) this.#timers.delete(next);
      else next.at += next.periodMs;
      next.callback();
      this.turn();
    }
    this.#now = end;
  }

  #set(delayMs: number, callback: () => void, periodMs: number | null, holds: boolean): { clear: () => void } {
    const entry: Entry = { at: this.#now + delayMs, order: this.#order++, callback, periodMs, holds };
    this.#timers.add(entry);
    return { clear: () => this.#timers.delete(entry) };
  }
}
