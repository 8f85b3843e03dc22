import { describe, expect, it } from 'vitest';
import { EventLoopDelay } from '../../../../src/monitoring/host-load/event-loop-delay.js';
import { FakeClock } from '../../../support/fake-clock.js';

function rig() {
  const clock = new FakeClock();
  const delay = new EventLoopDelay(clock);
  delay.start();
  return { clock, delay };
}

describe('the delay of the event loop', () => {
  it('is 0 while timers are on time, and null before the first was due', () => {
    const { clock, delay } = rig();
    expect(delay.recent()).toEqual({ p50: null, p99: null, max: null });
    clock.advance(1_000);
    expect(delay.recent()).toEqual({ p50: 0, p99: 0, max: 0 });
  });

  it('is what a stalled loop is late by, for as long as the window looks back', () => {
    const { clock, delay } = rig();
    clock.stall(520);
    clock.advance(0);
    expect(delay.recent().max).toBe(500);
    clock.advance(9_000);
    expect(delay.recent()).toMatchObject({ p50: 0, max: 500 });
    clock.advance(1_100);
    expect(delay.recent().max).toBe(0);
    expect(delay.sinceStart.summary().max).toBe(500);
  });

  it('keeps no process alive, and stops', () => {
    const { clock, delay } = rig();
    expect([clock.timers, clock.holding]).toEqual([1, 0]);
    delay.stop();
    expect(clock.timers).toBe(0);
  });
});
