import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestQueue } from '../../../src/batching/request-queue.js';
import type { PendingRequest } from '../../../src/request/pending-request.js';
import { pendingRequest } from '../../support/requests.js';

describe('RequestQueue', () => {
  it('behaves as an array from which any member can be removed', () => {
    const operation = fc.oneof(
      fc.constant({ kind: 'push' as const, at: 0 }),
      fc.constant({ kind: 'shift' as const, at: 0 }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat(50) }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const queue = new RequestQueue();
        const model: PendingRequest[] = [];
        for (const { kind, at } of operations) {
          if (kind === 'push') {
            const request = pendingRequest();
            queue.push(request);
            model.push(request);
          } else if (kind === 'shift') {
            expect(queue.shift()).toBe(model.shift() ?? null);
          } else if (model.length > 0) {
            const [removed] = model.splice(at % model.length, 1);
            if (removed !== undefined) queue.remove(removed);
          }
          expect(queue.length).toBe(model.length);
          expect(queue.oldest).toBe(model[0] ?? null);
        }
        while (model.length > 0) expect(queue.shift()).toBe(model.shift());
        expect(queue.shift()).toBeNull();
      }),
    );
  });
});
