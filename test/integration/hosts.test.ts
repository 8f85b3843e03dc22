import { readFileSync } from 'node:fs';
import type { Issue, Summary } from 'fraud-scorer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';
import { HostProcess } from './hosts-process.js';

const sample = readFileSync(projectPath('examples/sample-request.json'), 'utf8');

describe.each(['express', 'nestjs'])('the %s host', (name) => {
  let host: HostProcess;
  beforeAll(async () => {
    host = await HostProcess.start(name);
  });
  afterAll(() => host.stop());

  it('scores a transaction', async () => {
    const response = await host.score(sample);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      source: 'model',
      id: 'tx-1',
      decision: expect.stringMatching(/^(APPROVE|REVIEW|BLOCK)$/),
      fraudProbability: expect.any(Number),
      riskScore: expect.any(Number),
    });
  });

  it('answers an invalid request with 400 and every issue', async () => {
    const response = await host.score(sample.replace('"user_features"', '"loser_features"'));
    expect(response.status).toBe(400);
    const { error } = await json<{ error: { code: string; issues: Issue[] } }>(response);
    expect(error.code).toBe('ERR_INVALID_REQUEST');
    expect(error.issues.map(({ path }) => path)).toEqual(['features.user_features', 'features.loser_features']);
  });

  it.each([
    ['malformed JSON', '{"features": oops', 400, 'ERR_MALFORMED_BODY'],
    ['no body', '', 400, 'ERR_INVALID_REQUEST'],
    ['JSON that is no request', '[]', 400, 'ERR_INVALID_REQUEST'],
    ['a body that is too large', `"${'x'.repeat(100_000)}"`, 413, 'ERR_BODY_TOO_LARGE'],
  ])('answers %s with JSON that quotes nothing of it', async (_what, body, status, code) => {
    const response = await host.score(body);
    expect(response.status).toBe(status);
    const answer = await response.text();
    expect(JSON.parse(answer).error.code).toBe(code);
    expect(answer).not.toMatch(/oops|xxx|at /);
  });

  it('answers an unknown route with 404', async () => {
    const response = await fetch(`${host.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'ERR_NOT_FOUND' } });
  });

  it('tells its health', async () => {
    const response = await fetch(`${host.url}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: 'ok', ready: true, provider: 'cpu' });
  });

  it('answers 1,000 requests of 100 clients, each with its own id, and counts them', async () => {
    const summary = async () => json<Summary>(await fetch(`${host.url}/summary`));
    const before = await summary();
    const clients = Array.from({ length: 100 }, async (_, client) => {
      for (let turn = 0; turn < 10; turn += 1) {
        const id = `client-${client}-${turn}`;
        const response = await host.score(sample.replace('"tx-1"', JSON.stringify(id)));
        expect(await response.json()).toMatchObject({ id, source: 'model' });
      }
    });
    await Promise.all(clients);
    const after = await summary();
    expect(after.requests.succeeded - before.requests.succeeded).toBe(1_000);
    expect(after.performance.latencyMs.p99).toBeGreaterThan(0);
  });

  it.each([
    ['a port that is none', { PORT: 'http' }, 'PORT: expected a whole number from 0 to 65535, received "http"'],
    ['a model that is not there', { MODEL: '/nowhere' }, expect.stringContaining('/nowhere')],
    ['a port that is taken', {}, expect.stringContaining('EADDRINUSE')],
  ])('says in one line that it could not start: %s', async (_what, env, reason) => {
    const other = new HostProcess(name, { PORT: new URL(host.url).port, ...env });
    expect(await other.line('startFailed')).toMatchObject({ level: 'error', reason });
    expect(await other.ended()).toBe(1);
    expect(other.stderr).toBe('');
  });
});

/** A host's answer, of the type that its contract says. */
async function json<T>(response: Response): Promise<T> {
  return JSON.parse(await response.text());
}
