import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../src/pool/backoff.js';

const unusable = { servedMs: 0, overTask: false };

describe('Backoff', () => {
  it('does not wait the first time, then 100 ms, doubling up to 10 s', () => {
    const backoff = new Backoff();
    const waits = Array.from({ length: 10 }, () => backoff.nextDelayMs(unusable));
    expect(waits).toEqual([0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  });

  it('starts again after a thread that served for 10 s', () => {
    const backoff = new Backoff();
    for (let index = 0; index < 5; index += 1) backoff.nextDelayMs(unusable);
    expect(backoff.nextDelayMs({ servedMs: 9_999, overTask: false })).toBe(1_600);
    expect(backoff.nextDelayMs({ servedMs: 10_000, overTask: false })).toBe(0);
    expect(backoff.nextDelayMs(unusable)).toBe(100);
  });

  it('does not grow over deaths that a task caused', () => {
    const backoff = new Backoff();
    const overTask = { servedMs: 50, overTask: true };
    expect(Array.from({ length: 4 }, () => backoff.nextDelayMs(overTask))).toEqual([0, 100, 100, 100]);
    expect(backoff.nextDelayMs(unusable)).toBe(100);
    expect(backoff.nextDelayMs(unusable)).toBe(200);
    expect(backoff.nextDelayMs(overTask)).toBe(100);
  });
});
