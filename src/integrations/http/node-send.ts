import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Clock } from '../../host/clock.js';
import { isServerClosing } from './closing-server.js';
import { serialise } from './serialise.js';
import type { HttpResponse } from './types.js';

/** How long, and for how many bytes, what a client still sends is read and thrown away, so that it gets to read why it was refused. */
const lingerMs = 1_000;
const lingerBytes = 16 * 2 ** 20;

/** Sends what a route answers with `node:http`, at once or when its promise resolves. Never throws or rejects. */
export function sendNode(
  answer: HttpResponse | Promise<HttpResponse>,
  request: IncomingMessage,
  response: ServerResponse,
  clock: Clock,
): void {
  if (answer instanceof Promise) void answer.then((answered) => sendNow(answered, request, response, clock));
  else sendNow(answer, request, response, clock);
}

function sendNow(answer: HttpResponse, request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  if (response.destroyed || response.headersSent) {
    endUnread(answer.body);
    return;
  }
  try {
    const { status, headers, body } = serialise(answer);
    if (isServerClosing(request) && headers.Connection === undefined) response.setHeader('Connection', 'close');
    if (body === null) {
      response.writeHead(status, headers).end();
    } else if (typeof body === 'string' || body instanceof Uint8Array) {
      headers['Content-Length'] = String(Buffer.byteLength(body));
      response.writeHead(status, headers);
      if (headers.Connection === 'close' && !request.complete) linger(body, request, response, clock);
      else response.end(body);
    } else {
      response.writeHead(status, headers);
      response.flushHeaders();
      void pipe(body, response);
    }
  } catch {
    // A header of the host's that cannot be sent, say.
    response.destroy();
  }
}

/**
 * Ends the connection only once the client has stopped sending: ended before, the client's kernel would throw the answer away together with
 * what it could not deliver.
 */
function linger(body: string | Uint8Array, request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  let bytes = 0;
  const timer = clock.background(lingerMs, () => end());
  const onData = (piece: Uint8Array): void => {
    bytes += piece.length;
    if (bytes > lingerBytes) end();
  };
  const end = (): void => {
    timer.clear();
    request.off('data', onData);
    response.end();
  };
  response.write(body);
  request.on('data', onData).once('end', end).once('close', end);
  request.on('error', () => {});
  request.resume();
}

/** At the pace of the client: no more is asked of the body than the client has read. */
async function pipe(body: AsyncIterable<string | Uint8Array>, response: ServerResponse): Promise<void> {
  try {
    for await (const piece of body) {
      if (response.destroyed) return;
      if (!response.write(piece)) await drained(response);
    }
    response.end();
  } catch {
    // The client must see that it did not get all of it.
    response.destroy();
  }
}

/** Resolves once the client has read, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
    if (response.destroyed) done();
  });
}

/** A body that nobody will read lets go of what it holds. */
function endUnread(body: unknown): void {
  if (body instanceof Readable) {
    // Its iterator would not: it has not begun.
    body.destroy();
    return;
  }
  if (typeof body !== 'object' || body === null || !(Symbol.asyncIterator in body)) return;
  const iterator: unknown = (body as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  void Promise.resolve((iterator as AsyncIterator<unknown>).return?.()).catch(() => {});
}
