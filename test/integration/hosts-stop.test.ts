import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';
import { HostProcess, hostNames } from './hosts-process.js';

const sample = readFileSync(projectPath('examples/sample-request.json'), 'utf8');

describe.each(hostNames)('the %s host, told to stop', (name) => {
  it.each(['SIGTERM', 'SIGINT'] as const)('answers what is in flight, then exits 0 (%s)', async (signal) => {
    const host = await HostProcess.start(name);
    // 100 Continue says that the host has taken the request; its body is sent only after the signal has come.
    const requests = await Promise.all(Array.from({ length: 50 }, () => begin(host.url)));
    host.signal(signal);
    await host.refuses();
    const statuses = await Promise.all(requests.map((pending) => finish(pending)));
    expect(statuses).toEqual(statuses.map(() => ({ status: 200, connection: 'close', source: 'model' })));
    expect(await host.ended()).toBe(0);
    expectEnd(host, 50);
    expect(host.stderr).toBe('');
  });

  it('loses no answer under load: every request that was scored is answered', async () => {
    const host = await HostProcess.start(name);
    const first = await host.score(sample);
    const statuses = [first.status];
    // Refused or reset: never taken up, so the client may send it elsewhere.
    const clients = Array.from({ length: 50 }, async () => {
      for (;;) {
        const response = await host.score(sample).catch(() => undefined);
        if (response === undefined) return;
        statuses.push(response.status);
        await response.text();
        if (statuses.length === 200) host.signal('SIGTERM');
      }
    });
    await Promise.all(clients);
    expect(await host.ended()).toBe(0);
    // Fastify refuses what comes on a connection that it is about to close.
    const scored = statuses.filter((status) => status === 200).length;
    expect(new Set(statuses.filter((status) => status !== 200 && !(name === 'fastify' && status === 503)))).toEqual(
      new Set(),
    );
    expectEnd(host, scored);
  });
});

/** The scorer gave up nothing, and answered as many requests as clients have answers. NestJS's own log does not say how many. */
function expectEnd(host: HostProcess, scored: number): void {
  expect(host.output).toMatch(/"abandoned":0/);
  const requests = host.lines.find(({ msg }) => msg === 'stopped')?.requests;
  if (host.name !== 'nestjs') expect(requests).toMatchObject({ total: scored, succeeded: scored });
}

/** Sends the head of a request; resolves when the host asks for its body. */
function begin(url: string): Promise<ClientRequest> {
  return new Promise((resolve, reject) => {
    const pending = request(`${url}/score`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(sample),
        expect: '100-continue',
      },
    });
    pending.once('continue', () => resolve(pending)).once('error', reject);
    pending.flushHeaders();
  });
}

async function finish(
  pending: ClientRequest,
): Promise<{ status: number | undefined; connection: string | undefined; source: unknown }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    pending.once('response', resolve).once('error', reject).end(sample);
  });
  const { source } = JSON.parse(await text(response));
  return { status: response.statusCode, connection: response.headers.connection, source };
}
