import { Buffer } from 'node:buffer';
import type { HttpRequest } from '../http/types.js';
import type { ExpressRequest } from './types.js';

/** Of a body that something has read and thrown away: an ended stream would look like a client that has gone. */
const nothing = new Uint8Array(0);

/**
 * The body as a parser before the router left it: a value that is taken as it is, or bytes to read. Express's own parsers leave a value;
 * `express.raw()` and `express.text()` leave the bytes of the body.
 */
export function bodyOf(request: ExpressRequest): Pick<HttpRequest, 'body' | 'rawBody'> {
  const { body } = request;
  if (body === undefined || isPlaceholder(body, request)) return { rawBody: request.readableEnded ? nothing : request };
  if (body instanceof Uint8Array) return { rawBody: body };
  if (typeof body === 'string') return { rawBody: Buffer.from(body) };
  return { body };
}

/** `express.json()` of Express 4 leaves an empty object where it did not read the body, because it is of another type. */
function isPlaceholder(body: unknown, request: ExpressRequest): boolean {
  const isRead = request.readableDidRead || request.readableEnded;
  if (isRead || typeof body !== 'object' || body === null) return false;
  for (const _ in body) return false;
  return !Array.isArray(body);
}
