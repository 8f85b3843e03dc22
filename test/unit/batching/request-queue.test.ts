import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestQueue } from '../../../src/batching/request-queue.js';
import type { PendingRequest } from '../../../src/request/pending-request.js';
import { pendingRequest } from '../../support/requests.js';

function take(queue: RequestQueue): PendingRequest | null {
  const { next } = queue;
  if (next !== null) queue.remove(next);
  return next;
}

function queued(queue: RequestQueue, enqueuedAt: number, priority = 0): PendingRequest {
  const request = pendingRequest({ enqueuedAt });
  request.priority = priority;
  queue.push(request);
  return request;
}

describe('RequestQueue', () => {
  it('serves first a request of higher priority that came up to 10 ms later for each step', () => {
    const queue = new RequestQueue();
    const first = queued(queue, 0);
    const urgent = queued(queue, 19, 2);
    const tooLate = queued(queue, 21, 2);
    const last = queued(queue, 22);
    expect([take(queue), take(queue), take(queue), take(queue)]).toEqual([urgent, first, tooLate, last]);
  });

  it('tells how many would go before one that came now', () => {
    const queue = new RequestQueue();
    queued(queue, 0, 3);
    queued(queue, 0);
    queued(queue, 0);
    expect([queue.ahead(4), queue.ahead(3), queue.ahead(0), queue.ahead(-1)]).toEqual([0, 1, 3, 3]);
  });

  it('behaves as a list in the order of arrival less 10 ms a step of priority, from which any member can be removed', () => {
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('push' as const), at: fc.integer({ min: -10, max: 10 }) }),
      fc.constant({ kind: 'take' as const, at: 0 }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat(50) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const queue = new RequestQueue();
        const model: PendingRequest[] = [];
        const turn = ({ enqueuedAt, priority }: PendingRequest): number => enqueuedAt - priority * 10;
        const nextOfModel = (): PendingRequest | undefined =>
          [...model].sort((a, b) => turn(a) - turn(b) || b.priority - a.priority)[0];
        let now = 0;
        for (const { kind, at } of operations) {
          if (kind === 'push') {
            now += 3;
            model.push(queued(queue, now, at));
          } else if (kind === 'take') {
            const expected = nextOfModel();
            expect(take(queue)).toBe(expected ?? null);
            if (expected !== undefined) model.splice(model.indexOf(expected), 1);
          } else if (model.length > 0) {
            const [removed] = model.splice(at % model.length, 1);
            if (removed !== undefined) queue.remove(removed);
          }
          expect(queue.length).toBe(model.length);
          expect(queue.oldest).toBe(model[0] ?? null);
          expect(new Set(queue)).toEqual(new Set(model));
        }
      }),
    );
  });

  it('lets nobody starve: a request is overtaken only by those that came at most 10 ms a step after it', () => {
    const arrival = fc.record({ after: fc.nat(20), priority: fc.integer({ min: -10, max: 10 }) });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 100 }), (arrivals) => {
        const queue = new RequestQueue();
        let now = 0;
        for (const { after, priority } of arrivals) {
          now += after;
          queued(queue, now, priority);
        }
        const served: PendingRequest[] = [];
        for (let next = take(queue); next !== null; next = take(queue)) served.push(next);
        for (const [place, request] of served.entries()) {
          for (const earlier of served.slice(0, place)) {
            const steps = Math.max(earlier.priority - request.priority, 0);
            expect(earlier.enqueuedAt).toBeLessThanOrEqual(request.enqueuedAt + steps * 10);
          }
        }
      }),
    );
  });
});
