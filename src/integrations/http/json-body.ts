import type { RouteContext } from './context.js';
import { HttpError } from './http-error.js';
import type { LongIntegers } from './long-integers.js';
import { isJsonType } from './media-type.js';
import { type ReadDone, type ReadOptions, readBytes, readInto } from './read-bytes.js';
import type { HttpRequest } from './types.js';
import { textOf } from './utf8-text.js';

/**
 * The body of a request as a JSON value: what the framework has parsed, else what is read here.
 *
 * @returns the value itself where the framework has parsed it, else a promise.
 * @throws {HttpError} (a promise rejects with it) where it is too large or too slow, or not JSON.
 */
export function readJson(request: HttpRequest, context: RouteContext, maxBytes: number): unknown {
  const { body, rawBody, headers } = request;
  if (body !== undefined) return body;
  requireType(headers, isJsonType, 'application/json');
  if (rawBody === undefined) throw malformed('nothing');
  return readBytes(rawBody, headers, jsonOptions(context, maxBytes));
}

/** Reads bodies of JSON as `readJson` does, with a function that is called with each. */
export function jsonReader(
  context: RouteContext,
  maxBytes: number,
): (source: AsyncIterable<Uint8Array>, headers: HttpRequest['headers'], done: ReadDone<unknown>) => void {
  const options = jsonOptions(context, maxBytes);
  return (source, headers, done) => {
    try {
      requireType(headers, isJsonType, 'application/json');
    } catch (error) {
      done(error);
      return;
    }
    readInto(source, headers, options, done);
  };
}

function jsonOptions({ bodies, integers }: RouteContext, maxBytes: number): ReadOptions<unknown> {
  return { maxBytes, deadlines: bodies, convert: (bytes) => parseText(textOf(bytes), integers) };
}

/** @throws {HttpError} 415, which says what would be taken. */
export function requireType(
  headers: HttpRequest['headers'],
  accepts: (type: string) => boolean,
  expected: string,
): void {
  const type = headers['content-type'];
  if (typeof type !== 'string' || (type !== expected && !accepts(type))) {
    throw unsupported(`Content-Type: expected ${expected}, in UTF-8`, { Accept: expected });
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== '' && String(encoding).toLowerCase() !== 'identity') {
    throw unsupported('Content-Encoding: expected a body that is not compressed', { 'Accept-Encoding': 'identity' });
  }
}

function unsupported(detail: string, headers: Record<string, string>): HttpError {
  return new HttpError('ERR_UNSUPPORTED_MEDIA_TYPE', detail, { headers });
}

/** @throws {HttpError} 400. The message of `JSON.parse` is not used: it quotes the body. */
export function parseText(text: string, integers: LongIntegers): unknown {
  if (text === '') throw malformed('nothing');
  try {
    return integers.parse(text);
  } catch {
    throw malformed('a text that is not JSON');
  }
}

function malformed(received: string): HttpError {
  return new HttpError('ERR_MALFORMED_BODY', `The body: expected a JSON value, received ${received}`);
}
