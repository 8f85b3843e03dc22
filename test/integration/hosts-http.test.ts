import { once } from 'node:events';
import { createServer, get, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  InferenceError,
  InvalidRequestError,
  QueueFullError,
} from 'fraud-scorer';
import { describe, expect, it } from 'vitest';
import { clientSignal } from '../../examples/http/client-signal.js';
import { errorReply } from '../../examples/http/error-reply.js';
import { HttpDrain } from '../../examples/http/http-drain.js';

describe("the hosts' replies to errors", () => {
  const issues = [{ path: 'features', expected: 'an object', received: 'nothing' }];
  it.each([
    [new InvalidRequestError(issues), 400, { error: { code: 'ERR_INVALID_REQUEST', issues } }],
    [new AbortedError('gone'), 499, { error: { code: 'ERR_ABORTED' } }],
    [new QueueFullError(10), 503, { error: { code: 'ERR_QUEUE_FULL' } }],
    [new ClosedError('The scorer is closed'), 503, { error: { code: 'ERR_CLOSED' } }],
    [new DeadlineExceededError(5), 504, { error: { code: 'ERR_DEADLINE_EXCEEDED' } }],
    [new InferenceError('inside'), 500, { error: { code: 'ERR_INFERENCE' } }],
    [Object.assign(new Error('quoting'), { status: 400 }), 400, { error: { code: 'ERR_MALFORMED_BODY' } }],
    [new Error('inside'), 500, { error: { code: 'ERR_INTERNAL' } }],
    ['no error at all', 500, { error: { code: 'ERR_INTERNAL' } }],
  ])('answers %o with %i', (error, status, body) => {
    const reply = errorReply(error);
    expect(reply).toMatchObject({ status, body });
    expect(JSON.stringify(reply)).not.toMatch(/inside|quoting/);
  });

  it('asks a client to come back when the queue is full', () => {
    expect(errorReply(new QueueFullError(10)).headers).toEqual({ 'Retry-After': '1' });
  });
});

describe("the hosts' clients", () => {
  it('abort their request by going away before the answer', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    const client = get({ port: portOf(server.address()) }).on('error', () => {});
    const [, response] = await once(server, 'request');
    const signal = clientSignal(response);
    expect(signal.aborted).toBe(false);
    client.destroy();
    await once(signal, 'abort');
    server.close();
  });

  it('abort nothing once they are answered', async () => {
    const server = createServer().listen(0);
    await once(server, 'listening');
    get({ port: portOf(server.address()) }, (answer) => answer.resume());
    const [, response] = await once(server, 'request');
    const signal = clientSignal(response);
    response.end('answer');
    await once(response, 'close');
    expect(signal.aborted).toBe(false);
    server.close();
  });
});

describe('the drain of an HTTP server', () => {
  it('cuts off a request that outlasts its time, and says so', async () => {
    const server = createServer();
    const drain = new HttpDrain(server);
    server.listen(0);
    await once(server, 'listening');
    const client = get({ port: portOf(server.address()) });
    const failed = once(client, 'error');
    const [, response] = await once(server, 'request');
    expect(response).toBeInstanceOf(ServerResponse);
    expect(await drain.finish(1)).toEqual({ cutOff: 1 });
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
  });
});

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}
