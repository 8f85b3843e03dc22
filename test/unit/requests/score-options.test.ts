import { describe, expect, it } from 'vitest';
import type { ScoreOptions } from '../../../src/api/request.js';
import { readScoreOptions } from '../../../src/requests/score-options.js';

const { signal } = new AbortController();
const plain = { timeoutMs: 1_000, priority: 0, explain: undefined, routingKey: undefined };

describe('The options of a request', () => {
  it.each<[string, ScoreOptions]>([
    ['alone', { signal }],
    ['beside another', { signal, priority: 0 }],
    ['beside undefined', { signal, timeoutMs: undefined }],
    [
      'by a getter',
      {
        get signal() {
          return signal;
        },
      },
    ],
    ['in an object without a prototype', Object.assign(Object.create(null), { signal })],
  ])('may hold a signal %s', (_, options) => {
    expect(readScoreOptions(options, 1_000)).toEqual({ ...plain, signal });
  });

  it.each<[string, unknown]>([
    ['a signal that is none', { signal: 'now' }],
    ['null for a signal', { signal: null }],
    ['an unknown option', { signal, timeout: 1 }],
    ['a list', [signal]],
    [
      'a getter that throws',
      {
        get signal() {
          throw new Error('secret');
        },
      },
    ],
  ])('are refused with %s', (_, options) => {
    expect(() => readScoreOptions(options as ScoreOptions, 1_000)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }),
    );
  });
});
