import { describe, expect, it } from 'vitest';
import { StartLimit } from '../../../src/deployments/start-limit.js';
import { FakeClock } from '../../support/fake-clock.js';

const never = new Promise<never>(() => {});
const rejected = (step: Promise<unknown>) => step.then(() => 'resolved', String);

describe('the limit of a start', () => {
  it('lets a step that is in time come to its end, and leaves no timer', async () => {
    const clock = new FakeClock();
    const limit = new StartLimit(clock, 1_000);
    expect(await limit.within('one', Promise.resolve(1))).toBe(1);
    await expect(limit.within('two', Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    limit.end();
    expect([clock.timers, limit.signal.aborted]).toEqual([0, false]);
  });

  it('ends a step that takes longer, aborts the signal, and says what was waited for', async () => {
    const clock = new FakeClock();
    const limit = new StartLimit(clock, 1_000);
    const step = rejected(limit.within('reading the model', never));
    clock.advance(1_001);
    expect(await step).toBe(
      'StartTimeoutError: The scorer was not ready within its startTimeoutMs of 1000: reading the model',
    );
    expect(limit.signal.reason).toMatchObject({ code: 'ERR_START_TIMEOUT' });
    const next = rejected(limit.within('the next', never));
    clock.turn();
    expect(await next).toContain(': the next');
  });

  it('lets a step that hears the signal say more', async () => {
    const clock = new FakeClock();
    const limit = new StartLimit(clock, 1_000);
    const step = new Promise((_, reject) => {
      limit.signal.addEventListener('abort', () => reject(new Error('2 workers were missing')));
    });
    const waiting = rejected(limit.within('the workers', step));
    clock.fire(1_000);
    await Promise.resolve();
    await Promise.resolve();
    clock.turn();
    expect(await waiting).toBe('Error: 2 workers were missing');
  });

  it('says what was waited for where a step fails with no more than the reason', async () => {
    const clock = new FakeClock();
    const limit = new StartLimit(clock, 1_000);
    const step = new Promise((_, reject) => {
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason));
    });
    const waiting = rejected(limit.within('the workers', step));
    clock.fire(1_000);
    await Promise.resolve();
    await Promise.resolve();
    clock.turn();
    expect(await waiting).toContain('startTimeoutMs of 1000: the workers');
  });

  it('does not hear a step that fails after the end', async () => {
    const clock = new FakeClock();
    const limit = new StartLimit(clock, 1_000);
    let fail: (error: Error) => void = () => {};
    const step = new Promise((_, reject) => {
      fail = reject;
    });
    const waiting = rejected(limit.within('one', step));
    clock.advance(1_000);
    expect(await waiting).toContain('StartTimeoutError');
    // A rejection that nobody caught would fail this run.
    fail(new Error('late'));
    await Promise.resolve();
  });

  it('is none where it is Infinity', () => {
    const clock = new FakeClock();
    new StartLimit(clock, Number.POSITIVE_INFINITY);
    expect(clock.timers).toBe(0);
  });
});
