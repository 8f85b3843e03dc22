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

  it.each([
    ['/score/batch', { id: 'tx-1' }, '/requests', 'requests: expected a list, received nothing'],
    ['/score/batch', { requests: {} }, '/requests', 'requests: expected a list, received an object'],
    ['/score/batch', [{}], '', 'The body: expected an object with requests, a list, received an array of 1'],
    [
      '/score/batch',
      { requests: [1, 2, 3] },
      '/requests',
      'requests: expected a list of at most 2, received an array of 3',
    ],
    [
      '/deployments',
      { dir: 'models/2' },
      '/directory',
      'directory: expected the path of a model directory, received nothing',
    ],
    ['/deployments', 'models/2', '', 'The body: expected an object, received a string'],
    [
      '/deployments/traffic',
      { 2: 0.3 },
      '/shares',
      'shares: expected an object of shares by version, received nothing',
    ],
    [
      '/deployments/promote',
      { version: 2 },
      '/version',
      'version: expected the version of a model that is live, as a text, received a number (convert it with String)',
    ],
  ])('say of POST %s with %j what came', async (path, body, pointer, detail) => {
    const controls = {
      deploy: () => {},
      setTraffic: () => {},
      promote: () => {},
      rollback: () => {},
      retire: () => {},
      deployments: () => [],
    };
    const scorer = Object.assign(fakeScorer(), controls) as unknown as ReturnType<typeof fakeScorer>;
    const routes = createScoringRoutes(scorer, { authorize: () => true, maxBatchSize: 2 });
    const response = await routes.handle(request('POST', path, { body }));
    expect(response).toMatchObject({ status: 400, body: { detail, errors: [{ pointer }] } });
  });

  it.each([
    ['Request-Timeout', 'request-timeout: expected a number of seconds above 0, such as 0.25'],
    ['X-Timeout-Ms', 'x-timeout-ms: expected a number of milliseconds above 0, such as 250'],
  ])('name the unit of the header %s where its value is not as it should be', async (deadlineHeader, detail) => {
    const headers = { [deadlineHeader.toLowerCase()]: '250ms' };
    const routes = createScoringRoutes(fakeScorer(), { deadlineHeader });
    const response = await routes.handle(request('POST', '/score', { headers, body: { features: {} } }));
    expect(response).toMatchObject({ status: 400, body: { code: 'ERR_INVALID_HEADER', detail } });
  });

  it('name the option metrics in what is wrong with its options', () => {
    const scorer = Object.assign(fakeScorer(), { metrics: () => [] });
    const options = { metrics: { prefix: '1 2', lables: {} } as object };
    expect(() => createScoringRoutes(scorer, options)).toThrow(/: metrics\.prefix: .*; metrics\.lables: .*mean labels/);
  });
});
