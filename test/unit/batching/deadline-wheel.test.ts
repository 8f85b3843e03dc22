import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlineWheel } from '../../../src/batching/deadline-wheel.js';
import type { PendingRequest } from '../../../src/request/pending-request.js';
import { FakeClock } from '../../support/fake-clock.js';
import { pendingRequest } from '../../support/requests.js';

describe('DeadlineWheel', () => {
  it('expires each request once, never early and within a millisecond, whatever is added, removed or slept through', () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), by: fc.double({ min: 0.01, max: 20_000, noNaN: true }) }),
      fc.record({ kind: fc.constant('remove' as const), by: fc.nat(100) }),
      fc.record({ kind: fc.constant('advance' as const), by: fc.double({ min: 0, max: 9_000, noNaN: true }) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
        const clock = new FakeClock();
        const expired = new Map<PendingRequest, number>();
        const wheel = new DeadlineWheel(clock, (request) => {
          expect(expired.has(request)).toBe(false);
          expired.set(request, clock.now());
        });
        const live: PendingRequest[] = [];
        const added: PendingRequest[] = [];
        for (const { kind, by } of operations) {
          if (kind === 'add') {
            const request = pendingRequest({ enqueuedAt: clock.now(), timeoutMs: by });
            wheel.add(request);
            live.push(request);
            added.push(request);
          } else if (kind === 'remove' && live.length > 0) {
            const [request] = live.splice(by % live.length, 1);
            if (request !== undefined) wheel.remove(request);
          } else if (kind === 'advance') {
            clock.advance(by);
            for (const request of live.splice(0)) if (!expired.has(request)) live.push(request);
          }
          expect(wheel.length).toBe(live.length);
          for (const request of live) expect(request.deadlineAt).toBeGreaterThan(clock.now() - 1);
        }
        clock.advance(30_000);
        expect(wheel.length).toBe(0);
        wheel.dispose();
        expect(clock.timers).toBe(0);
        for (const request of live) expect(expired.has(request)).toBe(true);
        for (const [request, at] of expired) {
          expect(at).toBeGreaterThanOrEqual(request.deadlineAt);
          expect(at).toBeLessThan(request.deadlineAt + 1.001);
        }
        expect(expired.size).toBeLessThanOrEqual(added.length);
      }),
    );
  });

  it('sets one timer, which keeps no process alive, for all that come and go before it is due', () => {
    const clock = new FakeClock();
    const wheel = new DeadlineWheel(clock, () => {});
    wheel.add(pendingRequest({ enqueuedAt: clock.now() }));
    expect(clock.timers).toBe(0);
    for (let index = 0; index < 10; index += 1) {
      const request = pendingRequest({ enqueuedAt: clock.now(), timeoutMs: 50 });
      wheel.add(request);
      clock.advance(1);
      wheel.remove(request);
      expect([clock.timers, clock.holding]).toEqual([1, 0]);
    }
    clock.advance(50);
    expect(clock.timers).toBe(0);
  });
});
