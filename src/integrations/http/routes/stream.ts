import { Buffer } from 'node:buffer';
import type { ScoreOptions } from '../../../api/request.js';
import { problem, type RouteContext, type RouteDefinition } from '../context.js';
import { HttpError } from '../http-error.js';
import { parseText, requireType } from '../json-body.js';
import { type Line, linesOf } from '../lines.js';
import { isNdjsonType } from '../media-type.js';
import { OrderedTexts } from '../ordered-texts.js';
import type { Problem } from '../problem.js';
import { scoreOptionsOf } from '../score-call.js';
import type { HttpRequest, HttpResponse } from '../types.js';
import { textOf } from '../utf8-text.js';
import type { BatchOutcome } from './batch.js';

/**
 * POST `/score/stream`: a transaction a line, answered by an outcome a line, in order. Empty lines are left out. A client that does not read is not
 * read from.
 */
export function streamRoute(context: RouteContext): RouteDefinition {
  return {
    ...{ method: 'POST', path: '/score/stream', name: 'scoreStream', accepts: 'ndjson' },
    maxBodyBytes: Number.POSITIVE_INFINITY,
    answer: (request) => scoreStream(request, context),
  };
}

function scoreStream(request: HttpRequest, context: RouteContext): HttpResponse {
  const { options } = context;
  requireType(request.headers, isNdjsonType, 'application/x-ndjson');
  const source = sourceOf(request);
  const call = scoreOptionsOf(request, options);
  const texts = new OrderedTexts(options.maxStreamInFlight);
  void feed(linesOf(source, options.maxBodyBytes), texts, call, context);
  const headers = { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' };
  return { status: 200, headers, body: texts };
}

/** A framework may have read the body as a text, or as bytes. */
function sourceOf({ body, rawBody }: HttpRequest): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (body instanceof Uint8Array) return [body];
  if (typeof body === 'string') return [Buffer.from(body)];
  if (rawBody instanceof Uint8Array) return [rawBody];
  if (rawBody !== undefined) return rawBody;
  throw new HttpError('ERR_MALFORMED_BODY', 'The body: expected lines, received nothing');
}

async function feed(
  lines: AsyncIterable<Line>,
  texts: OrderedTexts,
  call: ScoreOptions | undefined,
  context: RouteContext,
): Promise<void> {
  try {
    for await (const line of lines) {
      if (line !== null && isBlank(line)) continue;
      await texts.room();
      if (texts.isGivenUp) break;
      texts.add(scoreLine(line, call, context));
    }
    texts.end();
  } catch (error) {
    // The client went away, or its connection failed.
    texts.end(error);
  }
}

/** Never rejects. */
async function scoreLine(line: Line, call: ScoreOptions | undefined, context: RouteContext): Promise<string> {
  const { scorer, integers, options } = context;
  let request: unknown;
  let outcome: BatchOutcome;
  try {
    if (line === null) throw lineTooLong(options.maxBodyBytes);
    request = parseText(textOf(line), integers);
    outcome = { status: 'fulfilled', value: await scorer.score(integers.read(request) as never, call) };
  } catch (error) {
    outcome = { status: 'rejected', reason: problem(error, context, request).body as Problem };
  }
  return `${JSON.stringify(outcome)}\n`;
}

function lineTooLong(maxBytes: number): HttpError {
  return new HttpError('ERR_BODY_TOO_LARGE', `The line: expected at most ${maxBytes} bytes, received more`);
}

/** Spaces, tabs and carriage returns. */
function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
