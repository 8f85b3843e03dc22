import { readFileSync } from 'node:fs';
import type { Summary } from 'fraud-scorer';
import type { Problem } from 'fraud-scorer/http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureModel, projectPath } from '../support/paths.js';
import { HostProcess, hostNames } from './hosts-process.js';

const sample = readFileSync(projectPath('examples/sample-request.json'), 'utf8');

describe.each(hostNames)('the %s host', (name) => {
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
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    const { code, errors } = await json<Problem>(response);
    expect(code).toBe('ERR_INVALID_REQUEST');
    expect(errors?.map(({ pointer }) => pointer)).toEqual(['/features/user_features', '/features/loser_features']);
  });

  it.each([
    ['malformed JSON', '{"features": oops', 400, 'ERR_MALFORMED_BODY'],
    ['no body', '', 400, 'ERR_MALFORMED_BODY'],
    ['JSON that is no request', '[]', 400, 'ERR_INVALID_REQUEST'],
    ['a body that is too large', `"${'x'.repeat(2_000_000)}"`, 413, 'ERR_BODY_TOO_LARGE'],
  ])('answers %s with a problem that quotes nothing of it', async (_what, body, status, code) => {
    const response = await host.score(body);
    expect(response.status).toBe(status);
    const answer = await response.text();
    expect(JSON.parse(answer).code).toBe(code);
    expect(answer).not.toMatch(/oops|xxx|\\n +at /);
  });

  it('answers an unknown route with 404', async () => {
    expect((await fetch(`${host.url}/nowhere`)).status).toBe(404);
  });

  it('tells its health', async () => {
    const response = await fetch(`${host.url}/health/ready`);
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
    ['a port that is none', { PORT: 'http' }, /PORT: expected an integer/],
    ['a model that is not there', { MODEL: '/nowhere' }, /\/nowhere/],
    ['a port that is taken', {}, /Port \d+ is in use/],
  ])('ends with the exit code 1 and the reason where it cannot start: %s', async (_what, env, reason) => {
    const other = new HostProcess(name, { PORT: new URL(host.url).port, ...env });
    expect(await other.ended()).toBe(1);
    expect(other.output).toMatch(reason);
  });

  it('writes an alert to the log, once', async () => {
    const failing = await HostProcess.start(name, { MODEL: fixtureModel('failing') });
    // More than one in a hundred fails.
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await failing.score('{"features":{"x":[-9]}}')).status),
    );
    expect(new Set(statuses)).toEqual(new Set([500]));
    await failing.line(/^Error rate/);
    expect(await failing.stop()).toBe(0);
    expect(failing.output.match(/"Error rate/g)).toHaveLength(1);
  });
});

/** A host's answer, of the type that its contract says. */
async function json<T>(response: Response): Promise<T> {
  return JSON.parse(await response.text());
}
