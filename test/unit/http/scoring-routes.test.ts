import { describe, expect, it } from 'vitest';
import { createScoringRoutes } from '../../../src/integrations/http/scoring-routes.js';
import type { HttpRequest } from '../../../src/integrations/http/types.js';
import { answer, fakeScorer } from './fake-scorer.js';

function request(method: string, path: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method, path, headers: {}, ...more };
}

describe('The routes', () => {
  it('score a body that the framework has parsed', async () => {
    const scorer = fakeScorer();
    const body = { id: 'tx-1', features: { X: [1] } };
    const { signal } = new AbortController();
    const response = await createScoringRoutes(scorer).handle(request('POST', '/score', { body, signal }));
    expect(response).toMatchObject({ status: 200, headers: { 'Content-Type': 'application/json' }, body: answer });
    expect(scorer.score).toHaveBeenCalledExactlyOnceWith(body, { signal });
  });

  it('answer 503 on /health/ready where the scorer is not ready', async () => {
    const scorer = fakeScorer();
    const routes = createScoringRoutes(scorer);
    expect(await routes.handle(request('GET', '/health/ready'))).toMatchObject({ status: 200, body: { ready: true } });
    scorer.health.mockReturnValue({ ...scorer.health(), ready: false });
    expect(await routes.handle(request('GET', '/health/ready'))).toMatchObject({ status: 503, body: { ready: false } });
    expect(await routes.handle(request('GET', '/health/live'))).toMatchObject({ status: 200 });
  });

  it('answer 404 for an unknown path, and 405 with Allow for another method', async () => {
    const routes = createScoringRoutes(fakeScorer());
    const unknown = await routes.handle(request('GET', '/scores'));
    expect(unknown).toMatchObject({ status: 404, body: { status: 404, code: 'ERR_NOT_FOUND' } });
    const wrong = await routes.handle(request('GET', '/score'));
    expect(wrong).toMatchObject({ status: 405, headers: { Allow: 'POST' }, body: { code: 'ERR_METHOD_NOT_ALLOWED' } });
    const other = await routes.handle(request('DELETE', '/health/live'));
    expect(other).toMatchObject({ status: 405, headers: { Allow: 'GET, HEAD' } });
  });

  it('answer HEAD as GET, without the body', async () => {
    const response = await createScoringRoutes(fakeScorer()).handle(request('HEAD', '/health/live'));
    expect(response).toMatchObject({ status: 200, headers: { 'Content-Type': 'application/json' }, body: null });
  });
});
