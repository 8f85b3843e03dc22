import { describe, expect, it } from 'vitest';
import { Pacer } from '../../../examples/replay/pacer.js';
import { ManualClock } from './manual-clock.js';

const never = new AbortController().signal;

async function send(pacer: Pacer, clock: ManualClock, count: number): Promise<{ dueMs: number; sentMs: number }[]> {
  const sent: { dueMs: number; sentMs: number }[] = [];
  for (let i = 0; i < count; i++) {
    const { dueMs, wait } = pacer.next();
    await wait;
    sent.push({ dueMs, sentMs: clock.now() });
  }
  return sent;
}

describe('Pacer', () => {
  it('sends at even intervals with a given rate', async () => {
    const clock = new ManualClock();
    const sent = await send(new Pacer(clock, 4, never), clock, 5);
    expect(sent.map(({ sentMs }) => sentMs)).toEqual([5_000, 5_250, 5_500, 5_750, 6_000]);
  });

  it('keeps to the intended times after a stall, and does not wait until it has caught up', async () => {
    const clock = new ManualClock();
    const pacer = new Pacer(clock, 100, never);
    await send(pacer, clock, 1);
    clock.nowMs += 35; // a stall of three and a half intervals
    const sent = await send(pacer, clock, 4);
    expect(sent.map(({ dueMs }) => dueMs)).toEqual([5_010, 5_020, 5_030, 5_040]);
    expect(sent.map(({ sentMs }) => sentMs)).toEqual([5_035, 5_035, 5_035, 5_040]);
  });

  it('does not drift with a timer that is always late', async () => {
    const clock = new ManualClock();
    clock.onSleep = () => {
      clock.nowMs += 0.7;
    };
    const sent = await send(new Pacer(clock, 1_000, never), clock, 1_001);
    expect(sent[1_000]?.dueMs).toBe(6_000);
    expect(sent[1_000]?.sentMs).toBeLessThan(6_002);
  });

  it('sleeps again if a timer fired early', async () => {
    const clock = new ManualClock();
    clock.onSleep = () => {
      if (clock.slept.length === 1) clock.nowMs -= 0.5;
    };
    const sent = await send(new Pacer(clock, 100, never), clock, 2);
    expect(sent[1]?.sentMs).toBe(5_010);
    expect(clock.slept).toEqual([10, 0.5]);
  });

  it('stops waiting when it is told to', async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const pacer = new Pacer(clock, 0.001, stop.signal);
    clock.onSleep = () => {
      clock.nowMs -= 999_000;
      stop.abort();
    };
    await send(pacer, clock, 2);
    expect(clock.slept).toHaveLength(1);
  });

  it('never sleeps without a rate, but gives the event loop turns', async () => {
    const clock = new ManualClock();
    const sent = await send(new Pacer(clock, undefined, never), clock, 1_000);
    expect(clock.slept).toEqual([]);
    expect(clock.turns).toBe(Math.floor(1_000 / 64));
    expect(sent.every(({ dueMs }) => dueMs === 5_000)).toBe(true);
  });

  it('lets the event loop turn while it catches up, too', async () => {
    const clock = new ManualClock();
    const pacer = new Pacer(clock, 1_000, never);
    await send(pacer, clock, 1);
    clock.nowMs += 10_000;
    await send(pacer, clock, 640);
    expect(clock.turns).toBe(10);
  });
});
