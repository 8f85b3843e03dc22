import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { drainable } from '../../src/integrations/http/index.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections();
});

describe('the drain of an HTTP server', () => {
  it('answers the request in flight, and tells its client to close the connection', async () => {
    const { server, port, drain } = await start();
    const answered = once(get({ port, agent: new Agent({ keepAlive: true }) }), 'response');
    const [, response] = await taken(server);
    const drained = drain();
    response.end('late');
    const [answer] = await answered;
    expect({ status: answer.statusCode, connection: answer.headers.connection }).toEqual({
      status: 200,
      connection: 'close',
    });
    expect(await drained).toEqual({ cutOff: 0 });
    expect(server.listening).toBe(false);
  });

  it('ends while a client goes on sending on the connection that it keeps', async () => {
    const { server, port, drain } = await start();
    server.on('request', (_request: IncomingMessage, response: ServerResponse) => response.end('answer'));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const answers: (string | undefined)[] = [];
    let drained: Promise<unknown> | null = null;
    // Refused: another instance would take it.
    for (;;) {
      const answer = await answerOf(port, agent);
      if (answer === null) break;
      answers.push(answer.headers.connection);
      if (answers.length === 3) drained = drain();
    }
    expect(await drained).toEqual({ cutOff: 0 });
    expect(answers).toEqual(['keep-alive', 'keep-alive', 'keep-alive', 'close']);
  });

  it('answers requests that were on their way, on connections that the server saw idle', async () => {
    const { server, port, drain } = await start();
    server.on('request', (_request: IncomingMessage, response: ServerResponse) => response.end('answer'));
    const agents = Array.from({ length: 5 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    const ask = () => Promise.all(agents.map((agent) => answerOf(port, agent)));
    await ask();
    const drained = drain();
    const answers = await ask();
    expect(answers.map((answer) => answer?.headers.connection)).toEqual(agents.map(() => 'close'));
    expect(await drained).toEqual({ cutOff: 0 });
  });

  it('closes a connection that its client keeps and sends nothing on', async () => {
    const { server, port, drain } = await start();
    server.on('request', (_request: IncomingMessage, response: ServerResponse) => response.end('answer'));
    const answer = await answerOf(port, new Agent({ keepAlive: true }));
    const closed = once(answer?.socket ?? server, 'close');
    // Far longer than the test may take.
    expect(await drain(60_000)).toEqual({ cutOff: 0 });
    await closed;
  });

  it('cuts off a request that outlasts its time, and says so', async () => {
    const { server, port, drain } = await start();
    const client = get({ port });
    const failed = once(client, 'error');
    await taken(server);
    expect(await drain(1)).toEqual({ cutOff: 1 });
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
  });

  it('ends in its time though a socket was upgraded, as those of WebSockets are', async () => {
    const { server, port, drain } = await start();
    const upgraded = once(server, 'upgrade');
    const client = connect(port);
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    const [, socket] = await upgraded;
    expect(await drain(1)).toEqual({ cutOff: 0 });
    socket.destroy();
    client.destroy();
  });

  it('is one for each server: the first call counts, whoever asked for it', async () => {
    const { server, drain } = await start();
    const again = drainable(server);
    expect(await Promise.all([drain(), again()])).toEqual([{ cutOff: 0 }, { cutOff: 0 }]);
  });
});

async function start(): Promise<{ server: Server; port: number; drain: ReturnType<typeof drainable> }> {
  const server = createServer();
  servers.push(server);
  const drain = drainable(server);
  server.listen(0);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return { server, port: address.port, drain };
}

async function taken(server: Server): Promise<[IncomingMessage, ServerResponse]> {
  const [request, response] = await once(server, 'request');
  return [request, response];
}

/** null where the server takes no more. */
function answerOf(port: number, agent: Agent): Promise<IncomingMessage | null> {
  return new Promise((resolve) => {
    const sent = get({ port, agent }, (answer) => answer.resume().once('end', () => resolve(answer)));
    sent.once('error', () => resolve(null));
  });
}
