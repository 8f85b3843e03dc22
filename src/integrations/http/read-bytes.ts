import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import type { BodyDeadlines } from './body-deadlines.js';
import { HttpError } from './http-error.js';
import type { HttpRequest } from './types.js';

/** What a body is read with. */
export interface ReadOptions<T> {
  readonly maxBytes: number;
  readonly deadlines: BodyDeadlines;
  /** Makes the result of the bytes. May throw: reading fails with that. */
  readonly convert: (bytes: Uint8Array) => T;
}

/** Is called once: with null and what was read, or with an error. */
export type ReadDone<T> = (error: unknown, value?: T) => void;

/**
 * Reads a body. Rejects with a `HttpError` of 413, 408, or 499 where the client went away, and with what `convert` throws.
 */
export function readBytes<T>(
  source: NonNullable<HttpRequest['rawBody']>,
  headers: HttpRequest['headers'],
  options: ReadOptions<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    readInto(source, headers, options, (error, value) => (error === null ? resolve(value as T) : reject(error)));
  });
}

/** The same without a promise, for requests that must cost little. `done` may be called at once. */
export function readInto<T>(
  source: NonNullable<HttpRequest['rawBody']>,
  headers: HttpRequest['headers'],
  options: ReadOptions<T>,
  done: ReadDone<T>,
): void {
  const { maxBytes } = options;
  const length = headers['content-length'];
  if (length !== undefined && Number(length) > maxBytes) {
    done(tooLarge(maxBytes));
  } else if (source instanceof Uint8Array) {
    if (source.byteLength > maxBytes) done(tooLarge(maxBytes));
    else convertTo(source, options, done);
  } else if (source instanceof Readable) {
    readEvents(source, options, done);
  } else {
    readPieces(source, options).then((bytes) => convertTo(bytes, options, done), done);
  }
}

function convertTo<T>(bytes: Uint8Array, { convert }: ReadOptions<T>, done: ReadDone<T>): void {
  let value: T;
  try {
    value = convert(bytes);
  } catch (error) {
    done(error);
    return;
  }
  done(null, value);
}

/** By its events, which cost a small body a fraction of what an iterator does. Listeners stay: the request ends with its body. */
function readEvents<T>(source: Readable, options: ReadOptions<T>, done: ReadDone<T>): void {
  const { maxBytes, deadlines } = options;
  let first: Buffer | null = null;
  let pieces: Buffer[] | null = null;
  let length = 0;
  let isOver = false;
  const fail = (error: HttpError): void => {
    isOver = true;
    first = null;
    pieces = null;
    deadlines.end(reading);
    source.pause();
    done(error);
  };
  const reading = deadlines.begin(() => fail(tooSlow(deadlines.timeoutMs)));
  const onGone = (): void => {
    if (!isOver) fail(gone());
  };
  source.on('data', (piece: Buffer) => {
    if (isOver) return;
    length += piece.length;
    if (length > maxBytes) fail(tooLarge(maxBytes));
    else if (first === null) first = piece;
    else if (pieces === null) pieces = [first, piece];
    else pieces.push(piece);
  });
  source.on('end', () => {
    if (isOver) return;
    isOver = true;
    deadlines.end(reading);
    convertTo(pieces === null ? (first ?? Buffer.alloc(0)) : Buffer.concat(pieces, length), options, done);
  });
  source.on('close', onGone);
  source.on('error', onGone);
  if (source.destroyed) onGone();
}

function readPieces(
  source: AsyncIterable<Uint8Array>,
  { maxBytes, deadlines }: Omit<ReadOptions<unknown>, 'convert'>,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const iterator = source[Symbol.asyncIterator]();
    const reading = deadlines.begin(() => {
      reject(tooSlow(deadlines.timeoutMs));
      // Nothing more is wanted of it.
      void Promise.resolve(iterator.return?.()).catch(() => {});
    });
    void joined({ [Symbol.asyncIterator]: () => iterator }, maxBytes)
      .then(resolve, reject)
      .finally(() => deadlines.end(reading));
  });
}

async function joined(source: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of source) {
    length += piece.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

// The rest of the body is not read, so the connection cannot be used again.
const closing = { headers: { Connection: 'close' } };

function tooLarge(maxBytes: number): HttpError {
  return new HttpError('ERR_BODY_TOO_LARGE', `The body: expected at most ${maxBytes} bytes, received more`, closing);
}

function tooSlow(timeoutMs: number): HttpError {
  return new HttpError('ERR_BODY_TIMEOUT', `The body: expected all of it within ${timeoutMs} ms`, closing);
}

function gone(): HttpError {
  return new HttpError('ERR_CLIENT_GONE', 'The client went away before it had sent the body');
}
