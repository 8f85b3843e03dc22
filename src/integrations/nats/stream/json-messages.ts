import { Buffer } from 'node:buffer';
import type { JsMsg } from '@nats-io/jetstream';
import type { ScoreResult } from '../../../api/result.js';
import { InvalidRequestError } from '../../../errors.js';
import { describeKind } from '../../../validation/issues.js';
import type { StreamRequest } from './types.js';

/** @throws {InvalidRequestError} if the message is not a JSON object with features. The scorer checks the features themselves. */
export function decodeJson({ data }: Pick<JsMsg, 'data'>): StreamRequest {
  const value = parse(data);
  if (isRequest(value)) return value;
  const expected = 'a JSON object with "features", such as {"id": "t-1", "features": {"input": [0.1, 0.2]}}';
  throw new InvalidRequestError([{ path: 'message', expected, received: describeKind(value) }]);
}

/** The result as it would come from `score`. */
export function encodeJson(result: ScoreResult): string {
  return JSON.stringify(result);
}

function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'));
  } catch {
    // The parser's message quotes the text.
    throw new InvalidRequestError([
      { path: 'message', expected: 'JSON', received: `${data.byteLength} bytes that are not JSON` },
    ]);
  }
}

/** The scorer checks the rest, as it does for untyped callers. */
function isRequest(value: unknown): value is StreamRequest {
  return typeof value === 'object' && value !== null && 'features' in value;
}
