import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { HttpRequest } from './types.js';

/** Of a body that something has read and thrown away: an ended stream would look like a client that has gone. */
const nothing = new Uint8Array(0);

/**
 * The body as a parser before the routes left it: a value that is taken as it is, or bytes to read. Parsers of JSON leave a value;
 * `express.raw()` and `express.text()` leave the bytes of the body.
 *
 * @param body what the framework says the body is. @param raw the request of `node:http`, from which it is read where nobody has.
 */
export function bodyOf(body: unknown, raw: IncomingMessage): Pick<HttpRequest, 'body' | 'rawBody'> {
  if (body === undefined || isPlaceholder(body, raw)) return { rawBody: raw.readableEnded ? nothing : raw };
  if (body instanceof Uint8Array) return { rawBody: body };
  if (typeof body === 'string') return { rawBody: Buffer.from(body) };
  return { body };
}

/** `express.json()` of Express 4 leaves an empty object where it did not read the body, because it is of another type. */
function isPlaceholder(body: unknown, raw: IncomingMessage): boolean {
  const isRead = raw.readableDidRead || raw.readableEnded;
  if (isRead || typeof body !== 'object' || body === null) return false;
  for (const _ in body) return false;
  return !Array.isArray(body);
}
