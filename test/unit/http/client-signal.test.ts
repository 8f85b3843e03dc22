import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeHandler } from '../../../src/integrations/http/node-handler.js';
import { HttpServer, readAll, readUntil } from '../../support/http-server.js';
import { answer, fakeScorer } from './fake-scorer.js';

const head = 'POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n';
const servers: HttpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A server whose scores the test settles, in the order of the calls. */
async function serve() {
  const scorer = fakeScorer();
  const calls: { signal: AbortSignal; settle: () => void }[] = [];
  let onCall: () => void = () => {};
  scorer.score.mockImplementation((_, options) => {
    return new Promise((resolve) => {
      const { signal } = options as { signal: AbortSignal };
      calls.push({ signal, settle: () => resolve(answer) });
      onCall();
    });
  });
  const server = await HttpServer.start(nodeHandler(scorer));
  servers.push(server);
  const called = async (count: number): Promise<void> => {
    while (calls.length < count) {
      await new Promise<void>((resolve) => {
        onCall = resolve;
      });
    }
  };
  return { server, calls, called };
}

describe('clientSignal', () => {
  it('fires when the client goes away before it has its answer', async () => {
    const { server, calls, called } = await serve();
    const socket = await server.connect();
    socket.write(`${head}\r\n{}`);
    await called(1);
    const aborted = once(calls[0]?.signal as AbortSignal, 'abort');
    socket.destroy();
    await aborted;
    expect(calls[0]?.signal.aborted).toBe(true);
  });

  it('does not fire where the client had its answer, though the connection ends with it', async () => {
    const { server, calls, called } = await serve();
    const socket = await server.connect();
    socket.write(`${head}Connection: close\r\n\r\n{}`);
    await called(1);
    calls[0]?.settle();
    expect(await readAll(socket)).toContain('HTTP/1.1 200');
    expect(calls[0]?.signal.aborted).toBe(false);
  });

  it('is one for all requests of a connection, and fires for the one that is not answered', async () => {
    const { server, calls, called } = await serve();
    const socket = await server.connect();
    socket.write(`${head}\r\n{}`);
    await called(1);
    calls[0]?.settle();
    await readUntil(socket, /"batchSize":1/);
    socket.write(`${head}\r\n{}`);
    await called(2);
    expect(calls[1]?.signal).toBe(calls[0]?.signal);
    expect(calls[1]?.signal.aborted).toBe(false);
    const aborted = once(calls[1]?.signal as AbortSignal, 'abort');
    socket.destroy();
    await aborted;
  });

  it('is not shared by connections', async () => {
    const { server, calls, called } = await serve();
    const [first, second] = [await server.connect(), await server.connect()];
    first.write(`${head}\r\n{}`);
    await called(1);
    second.write(`${head}\r\n{}`);
    await called(2);
    const aborted = once(calls[0]?.signal as AbortSignal, 'abort');
    first.destroy();
    await aborted;
    expect(calls[1]?.signal.aborted).toBe(false);
  });
});
