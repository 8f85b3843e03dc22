import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { livePageAt, livePageSource } from '../../src/cli/watch/stream.js';
import { plainScreen, watch } from '../../src/cli/watch/watch.js';
import { systemClock } from '../../src/host/clock.js';
import { dashboardHandler } from '../../src/integrations/http/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { StandInScorer } from '../support/stand-in-scorer.js';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

/** A port at which somebody listened a moment ago. */
async function closedPort(): Promise<string> {
  const host = await serve(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return host;
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCli(args, {
    write: (text) => {
      out += text;
    },
    error: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}

describe('fraud-scorer watch', () => {
  it('writes one line with --once, or the snapshot as JSON', async () => {
    const host = await serve(dashboardHandler(new StandInScorer()));
    const { code, out } = await run('watch', host, '--once');
    expect(code).toBe(0);
    expect(out).toMatch(/^\d{4}-.* \| visa-fraud 1 \| ok \| .* \| P99 3\.00 ms \| .* \| no alerts\n$/);
    expect(JSON.parse((await run('watch', `http://${host}`, '--once', '--json')).out)).toMatchObject({ format: 1 });
  });

  it.each([
    ['nobody answers', closedPort, /nobody answers \(ECONNREFUSED\)/],
    ['it is no address', async () => 'http://:x/', /expected an http or https address/],
    ['it is of another kind', async () => 'ftp://localhost/', /expected an http or https address/],
    ['there is nothing', () => serve((_, response) => void response.writeHead(404).end()), /no live page \(HTTP 404\)/],
    ['it is refused', () => serve((_, response) => void response.writeHead(401).end()), /HTTP 401.*--header/],
    ['something else answers', () => serve((_, response) => void response.end('hello')), /something else answers/],
  ])('ends with 1 and says why where %s', async (_, address, message) => {
    const { code, err } = await run('watch', await address());
    expect(err).toMatch(message);
    expect(code).toBe(1);
  });

  it('refuses a header that can not be sent, and does not say that nobody answers', async () => {
    for (const header of ['name', 'a name: x', 'X: 5 €', 'X: a\nY: b']) {
      const { code, err } = await run('watch', '127.0.0.1:1', '--header', header);
      expect([header, code]).toEqual([header, 2]);
      expect(err).toContain("expected 'name: value'");
    }
  });

  it('sends nothing of a foreign snapshot to the terminal as an escape sequence', async () => {
    const scorer = new StandInScorer();
    scorer.summaryNow.model = { name: '\u001b[2Jevil', version: '1' };
    const { out } = await run('watch', await serve(dashboardHandler(scorer)), '--once');
    expect(out).not.toContain('\u001b');
  });

  it('connects again when the stream ends, and stops when it is told to', async () => {
    let connections = 0;
    const handler = dashboardHandler(new StandInScorer());
    const host = await serve((request, response) => {
      connections += 1;
      handler(request, response);
      if (connections === 1) setImmediate(() => response.destroy());
    });
    const stop = new AbortController();
    const lines: string[] = [];
    const output = {
      write: (text: string) => {
        lines.push(text);
        if (connections === 2) stop.abort();
      },
      error: (text: string) => void lines.push(text),
    };
    const screen = plainScreen(output, false);
    await watch(
      {
        source: livePageSource(livePageAt(host)),
        once: false,
        json: false,
        clock: systemClock,
        signal: stop.signal,
        screen,
      },
      output,
    );
    expect(lines.some((line) => line.includes('trying again in 1 s'))).toBe(true);
    expect(connections).toBe(2);
  });

  it('says so when a connection goes on without sending anything, and connects again', async () => {
    const snapshot = await (
      await fetch(`http://${await serve(dashboardHandler(new StandInScorer()))}/snapshot`)
    ).text();
    const host = await serve((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(`event: snapshot\ndata: ${snapshot}\n\n`);
    });
    const clock = new FakeClock();
    const controller = new AbortController();
    const lost: string[] = [];
    let shown = 0;
    const screen = { show: () => (shown += 1), lost: (reason: string) => lost.push(reason), close: () => {} };
    const options = {
      source: livePageSource(livePageAt(host)),
      once: false,
      json: false,
      clock,
      screen,
      signal: controller.signal,
    };
    const watching = watch(options, { write: () => {}, error: () => {} });
    await expect.poll(() => shown).toBe(1);
    clock.advance(9_000);
    expect(lost).toEqual([]);
    clock.advance(1_000);
    await expect.poll(() => lost).toEqual(['Nothing came for 10 s; trying again in 1 s']);
    clock.advance(1_000);
    await expect.poll(() => shown).toBe(2);
    controller.abort();
    await watching;
    expect(clock.timers).toBe(0);
  });
});

describe('livePageAt', () => {
  it('adds the slash at the end, and sends credentials as a header', () => {
    expect(livePageAt(':9464').base.href).toBe('http://localhost:9464/');
    expect(livePageAt('https://me:s%20x@host/ops/fraud?x')).toMatchObject({
      base: new URL('https://host/ops/fraud/'),
      headers: { authorization: `Basic ${Buffer.from('me:s x').toString('base64')}` },
    });
  });

  it.each([
    ['50%off', '50%off'],
    ['a%zzb%20c', 'a%zzb%20c'],
    ['100%25', '100%'],
  ])('takes a password whose percent signs are no escapes as it is: %s', (given, sent) => {
    const { headers } = livePageAt(`http://me:${given}@host/`);
    expect(headers).toEqual({ authorization: `Basic ${Buffer.from(`me:${sent}`).toString('base64')}` });
  });
});
