import { describe, expect, it } from 'vitest';
import { routesFor } from '../../../src/integrations/http/scoring-routes.js';
import { FakeClock } from '../../support/fake-clock.js';
import { fakeScorer } from './fake-scorer.js';

describe('A body that is an iterable', () => {
  it('is given up, and told so, where it does not arrive in time', async () => {
    const clock = new FakeClock();
    const routes = routesFor(fakeScorer(), { bodyTimeoutMs: 100 }, clock);
    let isReturned = false;
    const rawBody: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => {}),
        return: async () => {
          isReturned = true;
          return { done: true, value: undefined };
        },
      }),
    };
    const headers = { 'content-type': 'application/json' };
    const answered = routes.handle({ method: 'POST', path: '/score', headers, rawBody });
    clock.advance(100);
    expect(await answered).toMatchObject({ status: 408, body: { code: 'ERR_BODY_TIMEOUT' } });
    expect(isReturned).toBe(true);
  });
});
