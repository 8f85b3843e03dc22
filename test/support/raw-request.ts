import { Buffer } from 'node:buffer';
import { type HttpServer, readAll } from './http-server.js';

/** A request as it goes over the wire, on a connection of its own: what clients of HTTP libraries would not send. */
export interface RawRequest {
  /** @default 'POST' */
  method?: string;
  /** @default '/fraud/score' */
  target?: string;
  /** Header lines. `Content-Type: application/json` and `Content-Length` are there unless one of the same name is. */
  headers?: readonly string[];
  body?: string | Buffer;
}

export function bytesOf({ method = 'POST', target = '/fraud/score', headers = [], body = '' }: RawRequest): Buffer {
  const bytes = Buffer.from(body);
  const names = new Set(headers.map((line) => line.split(':')[0]?.toLowerCase()));
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: x', ...headers];
  if (!names.has('connection')) lines.push('Connection: close');
  if (bytes.length > 0 && !names.has('content-type')) lines.push('Content-Type: application/json');
  if (bytes.length > 0 && !names.has('content-length') && !names.has('transfer-encoding')) {
    lines.push(`Content-Length: ${bytes.length}`);
  }
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
}

/** An answer as it came. */
export interface RawAnswer {
  status: number;
  /** By names in small letters. */
  headers: ReadonlyMap<string, string>;
  body: string;
}

/** Sends a request and reads until the server ends the connection. */
export async function sendRaw(server: HttpServer, request: RawRequest): Promise<RawAnswer> {
  const socket = await server.connect();
  socket.write(bytesOf(request));
  return answerOf(await readAll(socket));
}

/** The last answer in what a connection received, so without those that only say to go on. */
export function answerOf(text: string): RawAnswer {
  const last = text.slice(text.lastIndexOf('HTTP/1.1 '));
  const end = last.indexOf('\r\n\r\n');
  const [line = '', ...lines] = last.slice(0, end).split('\r\n');
  const headers = lines.map((one): [string, string] => {
    const colon = one.indexOf(':');
    return [one.slice(0, colon).toLowerCase(), one.slice(colon + 1).trim()];
  });
  return { status: Number(line.split(' ')[1]), headers: new Map(headers), body: last.slice(end + 4) };
}
