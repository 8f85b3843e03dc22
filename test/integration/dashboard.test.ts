import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import express from 'express';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/fraud-scorer.js';
import { handlerFor } from '../../src/integrations/http/dashboard-handler.js';
import { type DashboardSnapshot, dashboardHandler } from '../../src/integrations/http/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { goldenModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

let scorer: FraudScorer;
const servers: Server[] = [];

beforeAll(async () => {
  scorer = await FraudScorer.create({ model: goldenModel, workers: 1 });
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

afterAll(() => scorer.close());

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** Reads a stream of events until it has so many snapshots, or has ended. */
async function snapshotsOf(response: Response, count: number): Promise<{ text: string; hasEnded: boolean }> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done) return { text, hasEnded: true };
    text += value;
    if (text.split('event: snapshot').length > count) {
      await reader?.cancel();
      return { text, hasEnded: false };
    }
  }
}

describe('dashboardHandler', () => {
  it('serves one page under 200 KB that names no other address, with a strict policy', async () => {
    const url = await serve(dashboardHandler(scorer));
    const response = await fetch(`${url}/`);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html.length).toBeLessThan(200_000);
    expect(html).not.toMatch(/(src|href)="(?!data:|#)/);
    const { headers } = response;
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; connect-src 'self'; .*frame-ancestors 'none'$/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toContain('no-store');
  });

  it('answers GET and HEAD alone, and 404 where nothing is', async () => {
    const url = await serve(dashboardHandler(scorer));
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await fetch(`${url}/snapshot`, { method });
      expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
    }
    for (const path of ['/nothing', '/events/more', '/snapshot.json', '//x']) {
      expect([path, (await fetch(url + path)).status]).toEqual([path, 404]);
    }
    for (const path of ['/', '/snapshot', '/events']) {
      const response = await fetch(url + path, { method: 'HEAD' });
      expect([path, response.status, await response.text()]).toEqual([path, 200, '']);
    }
  });

  it('streams a snapshot each second, the history before it', async () => {
    const url = await serve(dashboardHandler(scorer, { title: 'Cards' }));
    const response = await fetch(`${url}/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const { text } = await snapshotsOf(response, 3);
    expect(text).toMatch(/^retry: \d+\n\nevent: history\ndata: \{.*\}\n\nid: \w+\.1\nevent: snapshot\ndata: \{/);
    const snapshot = await (await fetch(`${url}/snapshot`)).json();
    expect(snapshot).toMatchObject({ format: 1, title: 'Cards', closed: false, health: { status: 'ok' } });
    expect(snapshot).toHaveProperty('versions.length', 1);
  });

  it('works under a prefix that Express takes off, with and without the slash at its end', async () => {
    const app = express().use('/internal/fraud', dashboardHandler(scorer));
    const url = await serve(app);
    const redirect = await fetch(`${url}/internal/fraud`, { redirect: 'manual' });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([308, './fraud/']);
    const page = await fetch(`${url}/internal/fraud`);
    expect([page.status, page.url]).toEqual([200, `${url}/internal/fraud/`]);
    expect((await fetch(`${url}/internal/fraud/snapshot`)).status).toBe(200);
    expect((await fetch(`${url}/internal/fraud/nothing`)).status).toBe(404);
  });

  it('works under a prefix that nobody takes off, and knows no other path where it was told which', async () => {
    const anywhere = await serve(dashboardHandler(scorer));
    for (const path of ['/a/b/', '/a/b/snapshot']) expect((await fetch(anywhere + path)).status).toBe(200);
    const there = await serve(dashboardHandler(scorer, { path: '/a/b' }));
    expect((await fetch(`${there}/a/b`)).url).toBe(`${there}/a/b/`);
    expect((await fetch(`${there}/a/b/snapshot`)).status).toBe(200);
    for (const path of ['/', '/snapshot', '/a/snapshot', '/a/bc']) {
      expect([path, (await fetch(there + path)).status]).toEqual([path, 404]);
    }
  });

  it('refuses one page more than the limit, says why, and takes one when another has gone', async () => {
    const url = await serve(dashboardHandler(scorer, { maxClients: 1 }));
    const first = await fetch(`${url}/events`);
    const second = await fetch(`${url}/events`);
    expect(second.status).toBe(503);
    expect(await second.text()).toContain('1 pages are open');
    await first.body?.cancel();
    await expect.poll(async () => (await fetch(`${url}/events`, { method: 'HEAD' })).status).toBe(200);
  });

  it('ends its streams when the scorer is closed, and refuses new ones', async () => {
    const closing = await FraudScorer.create({ model: goldenModel, workers: 1 });
    const url = await serve(dashboardHandler(closing));
    const reading = snapshotsOf(await fetch(`${url}/events`), 1_000);
    await closing.close();
    const { text, hasEnded } = await reading;
    expect(hasEnded).toBe(true);
    expect(text).toContain('"closed":true');
    expect((await fetch(`${url}/events`)).status).toBe(503);
    expect((await fetch(`${url}/`)).status).toBe(200);
  });

  it('ends its streams at once when the scorer has closed, after its last numbers', async () => {
    const closing = await FraudScorer.create({ model: goldenModel, workers: 1 });
    const clock = new FakeClock();
    const url = await serve(handlerFor(closing, {}, clock));
    const reading = snapshotsOf(await fetch(`${url}/events`), 1_000);
    await expect(closing.score({ features: {} })).rejects.toThrow();
    await closing.close();
    // No second passes on the page's clock.
    const { text, hasEnded } = await reading;
    expect(hasEnded).toBe(true);
    const last = text.slice(text.lastIndexOf('event: snapshot'));
    expect(last).toContain('"closed":true');
    expect(last).toContain('"rejected":1');
    expect(clock.timers).toBe(0);
  });

  it('judges drift by the limit of the scorer’s own alerts', async () => {
    for (const [alerts, threshold] of [
      [{}, 0.25],
      [{ maxDrift: 0.1 }, 0.1],
      [{ maxDrift: Number.POSITIVE_INFINITY }, null],
      [{ rules: { drift: false } }, null],
    ] as const) {
      await using watched = await FraudScorer.create({ workers: 1, alerts });
      const url = await serve(dashboardHandler(watched));
      const { drift } = (await (await fetch(`${url}/snapshot`)).json()) as DashboardSnapshot;
      expect(drift?.threshold).toBe(threshold);
    }
  });

  it('opens no stream once it is closed, though the scorer serves on', async () => {
    const handler = dashboardHandler(scorer);
    const url = await serve(handler);
    const stream = await fetch(`${url}/events`);
    handler.close();
    await stream.text();
    const refused = await fetch(`${url}/events`);
    expect(refused.status).toBe(503);
    expect(await refused.text()).toBe('The live page is closed\n');
    expect((await fetch(`${url}/snapshot`)).status).toBe(200);
  });

  it('names what is wrong with its options', () => {
    const wrong = (options: object): string => {
      try {
        dashboardHandler(scorer, options);
        return '';
      } catch (error) {
        return String(error);
      }
    };
    expect(wrong({ maxClients: 0 })).toMatch(/maxClients: expected an integer of at least 1/);
    expect(wrong({ path: 'fraud' })).toMatch(/path: expected a path that begins with '\/'/);
    expect(wrong({ titel: 'x' })).toMatch(/titel/);
    expect(() => dashboardHandler(untyped({}))).toThrow(/scorer: expected a FraudScorer/);
  });
});
