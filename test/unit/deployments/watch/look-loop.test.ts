import { AsyncLocalStorage } from 'node:async_hooks';
import { beforeEach, describe, expect, it } from 'vitest';
import { LookLoop } from '../../../../src/deployments/watch/look-loop.js';
import { FakeClock } from '../../../support/fake-clock.js';

describe('# A loop of checks', () => {
  let clock: FakeClock;
  let stopping: AbortController;
  /** Ends each look that has begun. */
  let ends: (() => void)[];
  let loop: LookLoop;
  beforeEach(() => {
    clock = new FakeClock();
    stopping = new AbortController();
    ends = [];
    loop = new LookLoop(() => new Promise((resolve) => ends.push(resolve)), 5_000, stopping, clock);
  });

  /** Whether a promise has settled by now. */
  async function isSettled(promise: Promise<unknown>): Promise<boolean> {
    return Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
  }

  it('checks periodically, and does not keep the process alive', () => {
    expect(clock.holding).toBe(0);
    clock.advance(4_999);
    expect(ends).toHaveLength(0);
    clock.advance(1);
    expect(ends).toHaveLength(1);
  });

  it('runs one check at a time, and starts none for a tick in between', async () => {
    const look = loop.look();
    clock.advance(20_000);
    expect(ends).toHaveLength(1);
    ends[0]?.();
    await look;
    clock.advance(5_000);
    expect(ends).toHaveLength(2);
  });

  it('gives all callers during a check one more check, which begins after it', async () => {
    const first = loop.look();
    const [second, third] = [loop.look(), loop.look()];
    ends[0]?.();
    await first;
    expect(await isSettled(second)).toBe(false);
    expect(ends).toHaveLength(2);
    ends[1]?.();
    await Promise.all([second, third]);
    expect(ends).toHaveLength(2);
  });

  it('waits in stop for the current check, and starts no requested one', async () => {
    const [look, next] = [loop.look(), loop.look()];
    const stop = loop.stop();
    expect(stopping.signal.aborted).toBe(true);
    expect(await isSettled(stop)).toBe(false);
    ends[0]?.();
    await Promise.all([stop, look, next, loop.look(), loop.stop()]);
    clock.advance(20_000);
    expect(ends).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  it('stops where the look itself aborts', async () => {
    stopping.abort();
    expect(clock.timers).toBe(0);
    await loop.look();
    expect(ends).toHaveLength(0);
  });

  it('is disposed of by stopping', async () => {
    {
      await using disposed = loop;
      expect(disposed).toBe(loop);
    }
    expect(stopping.signal.aborted).toBe(true);
  });

  it('looks in the asynchronous context of no caller', async () => {
    const storage = new AsyncLocalStorage<string>();
    const stores: unknown[] = [];
    const look = async (): Promise<void> => {
      stores.push(storage.getStore());
    };
    await storage.run('a request', () => new LookLoop(look, 5_000, stopping, clock).look());
    expect(stores).toEqual([undefined]);
  });
});
