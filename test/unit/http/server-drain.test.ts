import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { drainable } from '../../../src/integrations/http/drainable.js';
import { ServerDrain } from '../../../src/integrations/http/server-drain.js';
import { HttpServer, readAll, readUntil } from '../../support/http-server.js';

const ask = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const servers: HttpServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A server whose answers the test sends, in the order of the requests. */
async function serve() {
  const responses: ServerResponse[] = [];
  let onRequest: () => void = () => {};
  const server = await HttpServer.start((_request, response) => {
    responses.push(response);
    onRequest();
  });
  servers.push(server);
  const drain = ServerDrain.of(server.server);
  const asked = async (count: number): Promise<void> => {
    while (responses.length < count) {
      await new Promise<void>((resolve) => {
        onRequest = resolve;
      });
    }
  };
  return { server, responses, asked, drain };
}

describe('The drain of a server', () => {
  it('has the last answer of a connection end it, where a client sent several requests without waiting', async () => {
    const { server, responses, asked, drain } = await serve();
    const socket = await server.connect();
    socket.write(ask.repeat(3));
    await asked(3);
    drain.letGo();
    for (const [index, response] of responses.entries()) response.end(`answer ${index}`);
    const text = await readAll(socket);
    expect(text.match(/answer \d/g)).toEqual(['answer 0', 'answer 1', 'answer 2']);
    expect(text.match(/Connection: [\w-]+/g)).toEqual([
      'Connection: keep-alive',
      'Connection: keep-alive',
      'Connection: close',
    ]);
  });

  it('counts every request that it cuts off, those of one connection too, and none that was answered', async () => {
    const { server, responses, asked } = await serve();
    const [waiting, other] = [await server.connect(), await server.connect()];
    other.write(ask);
    await asked(1);
    responses[0]?.end('answer');
    await readUntil(other, /answer/);
    waiting.write(ask.repeat(3));
    await asked(4);
    responses[1]?.end('answer');
    await readUntil(waiting, /answer/);
    expect(await drainable(server.server)(1)).toEqual({ cutOff: 2 });
  });

  it('forgets a connection that has ended', async () => {
    const { server, responses, asked, drain } = await serve();
    const socket = await server.connect();
    socket.write(ask);
    await asked(1);
    const closed = once(responses[0] as ServerResponse, 'close');
    socket.destroy();
    await closed;
    expect(await drain.finish(60_000)).toBe(0);
  });

  it('listens to no response, so that a request costs it a look-up alone', async () => {
    const { server, responses, asked } = await serve();
    const bare = await HttpServer.start((_request, response) => {
      responses.push(response);
      response.end();
    });
    servers.push(bare);
    await fetch(bare.url);
    void fetch(server.url).catch(() => {});
    await asked(2);
    expect(responses[1]?.listenerCount('close')).toBe(responses[0]?.listenerCount('close'));
    responses[1]?.end();
  });
});
