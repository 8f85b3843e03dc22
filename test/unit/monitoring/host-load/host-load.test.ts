import { describe, expect, it } from 'vitest';
import { HostLoad } from '../../../../src/monitoring/host-load/host-load.js';
import { FakeClock } from '../../../support/fake-clock.js';

describe('the load of the host', () => {
  it('is watched once for all scorers of a thread, until the last of them is closed', () => {
    const clock = new FakeClock();
    const [first, second] = [new HostLoad(clock), new HostLoad(clock)];
    expect(clock.timers).toBe(0);
    first.watch();
    const timers = clock.timers;
    second.watch();
    second.watch();
    expect(clock.timers).toBe(timers);
    first.dispose();
    first.dispose();
    expect(clock.timers).toBe(timers);
    second.dispose();
    expect([clock.timers, clock.holding]).toEqual([0, 0]);
  });

  it('says what was seen last once it is not watched any more', () => {
    const clock = new FakeClock();
    const load = new HostLoad(clock);
    load.watch();
    clock.stall(70);
    clock.advance(0);
    load.dispose();
    clock.advance(60_000);
    expect(load.summary().eventLoop.delayMs).toMatchObject({ p99: 50, max: 50 });
  });

  it('has nothing to say of a thread that nobody has watched', () => {
    expect(new HostLoad(new FakeClock()).summary()).toEqual({
      eventLoop: { delayMs: { p50: null, p99: null, max: null }, utilization: null },
      gc: {
        minor: { count: 0, totalMs: 0 },
        major: { count: 0, totalMs: 0 },
        incremental: { count: 0, totalMs: 0 },
        weakCallbacks: { count: 0, totalMs: 0 },
      },
    });
  });
});
