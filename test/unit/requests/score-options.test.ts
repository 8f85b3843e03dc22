import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScoreOptions } from '../../../src/api/request.js';
import { InvalidOptionsError } from '../../../src/errors.js';
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

/** What comes of the options: values, or the issues of the error. */
function readOf(options: unknown): unknown {
  try {
    return { read: readScoreOptions(options as ScoreOptions, 1_000) };
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    return { issues: error.issues };
  }
}

const oddValue = fc.constantFrom<unknown>(
  undefined,
  null,
  0,
  -0,
  1,
  -11,
  11,
  Number.NaN,
  '',
  '5',
  1n,
  [],
  {},
  true,
  signal,
);
const anyFields = fc.record(
  {
    timeoutMs: fc.oneof(fc.double(), fc.constant(Number.POSITIVE_INFINITY), oddValue),
    priority: fc.oneof(fc.integer({ min: -12, max: 12 }), fc.double(), oddValue),
    explain: fc.oneof(fc.constantFrom('review', 'block', 'all', true, false), oddValue),
    routingKey: fc.oneof(fc.string(), oddValue),
    signal: fc.constantFrom<unknown>(undefined, signal, 'now'),
    timeout: fc.constantFrom(undefined, 1),
  },
  { requiredKeys: [] },
);
const wellFormed = fc.record(
  {
    timeoutMs: fc.oneof(fc.double({ min: Number.MIN_VALUE, noNaN: true }), fc.constant(undefined)),
    priority: fc.oneof(fc.integer({ min: -10, max: 10 }), fc.constant(undefined)),
    explain: fc.constantFrom(undefined, true, false, 'review', 'block'),
    routingKey: fc.oneof(fc.string({ minLength: 1 }), fc.constant(undefined)),
  },
  { requiredKeys: [] },
);

/** Valid options, of which one may have any value. */
const nearlyWellFormed = fc
  .tuple(wellFormed, anyFields, fc.constantFrom('timeoutMs', 'priority', 'explain', 'routingKey', 'signal', 'timeout'))
  .map(([valid, odd, name]) => (Object.hasOwn(odd, name) ? { ...valid, [name]: Reflect.get(odd, name) } : valid));

describe('The options of a request in a plain object', () => {
  it('are read as those in any other object', () => {
    fc.assert(
      fc.property(fc.oneof(anyFields, nearlyWellFormed), (fields) => {
        const plainObject = { ...fields };
        // Only plain objects are read in the fast way.
        const other: unknown = Object.assign(Object.create(null), fields);
        expect(readOf(plainObject)).toStrictEqual(readOf(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are taken as they are given', () => {
    const options = { timeoutMs: 5, priority: -3, explain: 'block', routingKey: 'k' } as const;
    expect(readOf(options)).toStrictEqual({ read: { ...options, signal: undefined } });
    expect(readOf({})).toStrictEqual({ read: { ...plain, signal: undefined } });
  });

  it('are read once, and only if they are enumerable', () => {
    let reads = 0;
    const options = Object.defineProperty(
      {
        get timeoutMs() {
          reads += 1;
          return reads;
        },
      },
      'priority',
      { value: 99, enumerable: false },
    );
    expect(readOf(options)).toStrictEqual({ read: { ...plain, timeoutMs: 1, signal: undefined } });
    expect(reads).toBe(1);
  });
});
