import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import type { Clock } from '../../host/clock.js';
import { HttpError } from './http-error.js';
import type { HttpRequest } from './types.js';

/**
 * Reads a body.
 *
 * @param timeoutMs for all of it to arrive.
 * Rejects with a `HttpError` of 413, 408, or 499 where the client went away.
 */
export async function readBytes(
  source: NonNullable<HttpRequest['rawBody']>,
  maxBytes: number,
  timeoutMs: number,
  clock: Clock,
  headers: HttpRequest['headers'],
): Promise<Uint8Array> {
  // Without reading any of it.
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (source instanceof Uint8Array) {
    if (source.byteLength > maxBytes) throw tooLarge(maxBytes);
    return source;
  }
  return source instanceof Readable
    ? readEvents(source, maxBytes, timeoutMs, clock)
    : readPieces(source, maxBytes, timeoutMs, clock);
}

/** By its events, which cost a small body a fraction of what an iterator does. */
function readEvents(source: Readable, maxBytes: number, timeoutMs: number, clock: Clock): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let first: Buffer | null = null;
    let pieces: Buffer[] | null = null;
    let length = 0;
    const timer = clock.background(timeoutMs, () => fail(tooSlow(timeoutMs)));
    const stop = (): void => {
      timer.clear();
      source.off('data', onData);
      source.off('end', onEnd);
      source.off('error', onGone);
      source.off('close', onGone);
    };
    const fail = (error: HttpError | Error): void => {
      stop();
      source.pause();
      reject(error);
    };
    const onData = (piece: Buffer): void => {
      length += piece.length;
      if (length > maxBytes) fail(tooLarge(maxBytes));
      else if (first === null) first = piece;
      else if (pieces === null) pieces = [first, piece];
      else pieces.push(piece);
    };
    const onEnd = (): void => {
      stop();
      resolve(pieces === null ? (first ?? Buffer.alloc(0)) : Buffer.concat(pieces, length));
    };
    const onGone = (): void => fail(gone());
    source.on('data', onData);
    source.on('end', onEnd);
    source.on('error', onGone);
    source.on('close', onGone);
    if (source.destroyed) onGone();
  });
}

async function readPieces(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  timeoutMs: number,
  clock: Clock,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let onTimeout: (error: HttpError) => void = () => {};
  const timeout = new Promise<never>((_, reject) => {
    onTimeout = reject;
  });
  const timer = clock.background(timeoutMs, () => onTimeout(tooSlow(timeoutMs)));
  const read = async (): Promise<Uint8Array> => {
    for await (const piece of source) {
      length += piece.byteLength;
      if (length > maxBytes) throw tooLarge(maxBytes);
      pieces.push(piece);
    }
    return Buffer.concat(pieces, length);
  };
  try {
    return await Promise.race([read(), timeout]);
  } finally {
    timer.clear();
  }
}

export function tooLarge(maxBytes: number): HttpError {
  // The rest of the body is not read.
  const headers = { Connection: 'close' };
  return new HttpError('ERR_BODY_TOO_LARGE', `The body: expected at most ${maxBytes} bytes, received more`, {
    headers,
  });
}

function tooSlow(timeoutMs: number): HttpError {
  const headers = { Connection: 'close' };
  return new HttpError('ERR_BODY_TIMEOUT', `The body: expected all of it within ${timeoutMs} ms`, { headers });
}

function gone(): HttpError {
  return new HttpError('ERR_CLIENT_GONE', 'The client went away before it had sent the body');
}
