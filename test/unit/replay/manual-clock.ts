import type { Clock } from '../../../examples/replay/clock.js';

/** A clock on which sleeping is what moves time: by exactly as long as was asked for, unless a test says otherwise. */
export class ManualClock implements Clock {
  nowMs = 5_000;
  turns = 0;
  readonly slept: number[] = [];
  /** Called in each sleep, after the time has passed. */
  onSleep: () => void = () => {};

  now(): number {
    return this.nowMs;
  }

  epochMs(): number {
    return 1_700_000_000_000 + this.nowMs;
  }

  async sleep(delayMs: number): Promise<void> {
    this.slept.push(delayMs);
    this.nowMs += delayMs;
    this.onSleep();
  }

  async turn(): Promise<void> {
    this.turns++;
  }

  every(): () => void {
    return () => {};
  }
}
