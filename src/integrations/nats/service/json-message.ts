import type { ScoreOptions } from '../../../api/request.js';
import type { ScoreResult } from '../../../api/result.js';
import { InvalidRequestError } from '../../../errors.js';
import type { ServedScorer } from './served-scorer.js';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** A message is JSON if it begins as an object does. Space may stand before it. */
export function isJson(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && isSpace(bytes[at] as number)) at += 1;
  return bytes[at] === 0x7b;
}

/**
 * Scores one request that came as JSON: a `ScoreRequest`, with `options` as a further field if it has options.
 *
 * @returns the result as JSON.
 * @throws {InvalidRequestError} if it is not JSON. Otherwise it rejects as `score` does.
 */
export async function scoreJson(scorer: ServedScorer, bytes: Uint8Array): Promise<string> {
  const result: unknown = await score(scorer, parse(bytes));
  const text: unknown = typeof result === 'object' ? JSON.stringify(result) : undefined;
  if (typeof text !== 'string') throw new TypeError('score: expected a result');
  return text;
}

function score(scorer: ServedScorer, value: unknown): Promise<ScoreResult> {
  if (typeof value !== 'object' || value === null || !('options' in value)) return scorer.score(value as never);
  const { options, ...request } = value;
  // `score` checks both.
  return scorer.score(request as never, options as ScoreOptions);
}

function parse(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
    return JSON.parse(text);
  } catch {
    // The message of `JSON.parse` quotes the text.
    const received = 'a text that is not JSON';
    throw new InvalidRequestError([{ path: 'message', expected: 'a request as JSON in UTF-8', received }]);
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
