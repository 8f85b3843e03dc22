import { readFileSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';
import { HostProcess } from './hosts-process.js';

const sample = readFileSync(projectPath('examples/sample-request.json'), 'utf8');

describe.each(['express', 'nestjs'])('the %s host, told to stop', (name) => {
  it.each(['SIGTERM', 'SIGINT'] as const)('answers what is in flight, then exits 0 (%s)', async (signal) => {
    const host = await HostProcess.start(name);
    // 100 Continue says that the host has taken the request; its body is sent only after the signal has come.
    const requests = await Promise.all(Array.from({ length: 50 }, () => begin(host.url)));
    host.signal(signal);
    await host.line('stopping');
    await expect(fetch(`${host.url}/health`)).rejects.toThrow();
    const statuses = await Promise.all(requests.map((pending) => finish(pending)));
    expect(statuses).toEqual(statuses.map(() => ({ status: 200, connection: 'close', source: 'model' })));
    expect(await host.ended()).toBe(0);
    expect(host.lines.at(-1)).toMatchObject({
      message: 'stopped',
      abandoned: 0,
      requests: { total: 50, succeeded: 50 },
    });
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
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(host.lines.at(-1)).toMatchObject({ requests: { total: statuses.length, succeeded: statuses.length } });
  });

  it('logs an alert, raised once, as a JSON line', async () => {
    const host = await HostProcess.start(name, { MAX_MEMORY_GB: '0.001' });
    expect(await host.line('alert')).toMatchObject({
      level: 'warn',
      rule: 'memory',
      severity: 'critical',
      threshold: 0.001,
    });
    expect(await host.stop()).toBe(0);
    expect(host.lines.filter(({ message }) => message === 'alert')).toHaveLength(1);
  });
});

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
