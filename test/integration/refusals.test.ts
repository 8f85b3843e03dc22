import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type FeatureMap,
  FraudScorer,
  FraudScorerError,
  recommendBatchSize,
  type ScoreRequest,
} from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

/** The message of the refusal, without the words that each begins with. */
async function refusalOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof FraudScorerError)) throw error;
    return error.message.replace(/^Invalid (request|options): /, '');
  }
  throw new Error('it was not refused');
}

/** A value as it arrives from another process. */
function overJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** Reads as it should only when it is read again. */
function changing(first: unknown, later: unknown): () => unknown {
  let reads = 0;
  return () => (reads++ === 0 ? first : later);
}

const left = [1, 2, 3];
const right = Float32Array.of(4, 5);
const good = { left, right };
const withLeft = (values: unknown) => ({ features: { left: values, right } });

type Case = [name: string, make: () => unknown, message: string];

const kinds: Case[] = [
  ['nothing', () => undefined, 'nothing'],
  ['null', () => null, 'null'],
  ['a number', () => 5, 'a number'],
  ['a boolean', () => true, 'a boolean'],
  ['a bigint', () => 5n, 'a bigint'],
  ['a symbol', () => Symbol('x'), 'a symbol'],
  ['a string', () => 'tx-1', 'a string'],
  ['a string of JSON', () => JSON.stringify(good), 'a string of JSON (parse it first)'],
  ['a promise', () => Promise.resolve(good), 'a promise (await it first)'],
  ["another library's promise", () => Object.fromEntries([['then', () => {}]]), 'a promise (await it first)'],
  ['a function', () => () => good, 'a function'],
  ['a Date', () => new Date(), 'a Date'],
  ['a RegExp', () => /x/, 'a RegExp'],
  ['an error', () => new Error('x'), 'an Error'],
  ['a Set', () => new Set(left), 'a Set'],
  ['a boxed string', () => Object('tx-1'), 'a String object'],
  ['a typed array', () => right, 'a Float32Array of 2'],
  ['a body that was not parsed', () => Buffer.from('{}'), 'a Buffer of 2'],
  ['an ArrayBuffer', () => new ArrayBuffer(8), 'an ArrayBuffer of 8 bytes'],
  ['a DataView', () => new DataView(new ArrayBuffer(8)), 'a DataView of 8 bytes'],
];

describe('what a host gives by mistake is refused with its true cause', () => {
  let scorer: FraudScorer;
  beforeAll(async () => {
    scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1 });
  });
  afterAll(() => scorer.close());

  const score = (request: unknown) => refusalOf(() => scorer.score(untyped<ScoreRequest>(request)));
  const columns = (given: unknown, rows: unknown) =>
    refusalOf(() => scorer.scoreColumns(untyped<FeatureMap>(given), untyped<number>(rows)));

  describe('a request that is', () => {
    const request = 'request: expected an object with features, received';
    const features = 'features: expected an object with an array for each input (left, right), received';
    it.each<Case>([
      ...kinds.map(([name, make, kind]): Case => [name, make, `${request} ${kind}`]),
      ['a list', () => [{ features: good }, {}], `${request} an array of 2 (scoreMany takes several requests)`],
      ['a Map', () => new Map([['features', good]]), `${request} a Map (convert it with Object.fromEntries)`],
      ['an empty object', () => ({}), `${features} nothing`],
      ['the features', () => good, `${features} nothing (the request itself has left, right: put them into features)`],
    ])('%s', async (_, make, message) => {
      expect(await score(make())).toBe(message);
    });
  });

  describe('an id or an amount that is bad is the only thing that is said where the features are right:', () => {
    it.each<Case>([
      [
        'a number as id',
        () => ({ id: 7 }),
        'id: expected a non-empty string, received a number (convert it with String)',
      ],
      [
        'a bigint as id',
        () => ({ id: 7n }),
        'id: expected a non-empty string, received a bigint (convert it with String)',
      ],
      ['an empty id', () => ({ id: '' }), 'id: expected a non-empty string, received an empty string'],
      ['null as id', () => ({ id: null }), 'id: expected a non-empty string, received null'],
      ['NaN as amount', () => ({ amount: Number.NaN }), 'amount: expected a finite number, received NaN'],
      ['null as amount', () => ({ amount: null }), 'amount: expected a finite number, received null'],
      [
        'a string as amount',
        () => ({ amount: '12.5' }),
        'amount: expected a finite number, received a string that holds a number (convert it with Number)',
      ],
      [
        'both',
        () => ({ id: {}, amount: [] }),
        'id: expected a non-empty string, received an object; amount: expected a finite number, received an array of 0',
      ],
    ])('%s', async (_, make, message) => {
      expect(await score({ ...Object(make()), features: good })).toBe(message);
    });
  });

  describe('features that are', () => {
    const features = 'features: expected an object with an array for each input (left, right), received';
    it.each<Case>([
      ...kinds.map(([name, make, kind]): Case => [name, make, `${features} ${kind}`]),
      ['an array', () => [1, 2, 3, 4, 5], `${features} an array of 5`],
      ['an array of arrays', () => [left, right], `${features} an array of 2`],
      ['a Map', () => new Map(Object.entries(good)), `${features} a Map (convert it with Object.fromEntries)`],
      ['a request', () => ({ features: good }), `${features} a request (pass its features)`],
    ])('%s', async (_, make, message) => {
      expect(await score({ features: make() })).toBe(message);
    });

    it.each<Case>([
      ['without an input', () => ({ left }), 'features.right: expected an array of 2 finite numbers, received nothing'],
      [
        'with an unknown input',
        () => ({ ...good, lft: left }),
        'features.lft: expected only the inputs left, right, received an unknown input (did you mean left?)',
      ],
      [
        'with a getter that throws',
        () => Object.defineProperty({ right }, 'left', { enumerable: true, get: () => JSON.parse('no JSON') }),
        'features.left: expected an array of 3 finite numbers, received one that throws when it is read',
      ],
    ])('%s', async (_, make, message) => {
      expect(await score({ features: make() })).toBe(message);
    });
  });

  describe('an input that is', () => {
    const array = 'features.left: expected an array of 3 finite numbers, received';
    const json = 'which is what JSON.stringify makes of a typed array (send [...array] instead)';
    it.each<Case>([
      [
        'a Float32Array that was JSON',
        () => overJson(Float32Array.of(1, 2, 3)),
        `${array} an object with the keys 0 to 2, ${json}`,
      ],
      ['a shorter one that was JSON', () => overJson(Float32Array.of(1)), `${array} an object with the key 0, ${json}`],
      [
        'a Buffer that was JSON',
        () => overJson(Buffer.of(1, 2, 3)),
        `${array} what JSON.stringify makes of a Buffer (send [...buffer] instead)`,
      ],
      [
        'an object by feature name that lacks one',
        () => ({ a: 1, c: 3 }),
        'features.left.b: expected a finite number, received nothing',
      ],
      [
        'an object with a misspelt name',
        () => ({ a: 1, b: 2, c: 3, aa: 4 }),
        'features.left.aa: expected only features of left, received an unknown feature (did you mean a?)',
      ],
      [
        'an array-like object',
        () => ({ 0: 1, 1: 2, 2: 3, length: 3 }),
        `${array} an array-like object (convert it with Array.from)`,
      ],
      [
        'a Proxy of a typed array',
        () => new Proxy(Float32Array.of(1, 2, 3), {}),
        `${array} a Proxy (pass the array behind it)`,
      ],
      ['a Set', () => new Set(left), `${array} a Set (pass [...values])`],
      ['a generator', () => left[Symbol.iterator](), `${array} an iterable object (pass [...values])`],
      ['a Map', () => new Map([[0, 1]]), `${array} a Map`],
      ['a number', () => 5, `${array} a number`],
      ['a string of JSON', () => JSON.stringify(left), `${array} a string of JSON (parse it first)`],
      ['a string of numbers', () => '1,2,3', `${array} a string`],
      ['null', () => null, `${array} null`],
      ['a promise', () => Promise.resolve(left), `${array} a promise (await it first)`],
      ['a Date', () => new Date(), `${array} a Date`],
      ['an ArrayBuffer', () => new ArrayBuffer(12), `${array} an ArrayBuffer of 12 bytes (pass a typed array over it)`],
      [
        'a DataView',
        () => new DataView(new ArrayBuffer(12)),
        `${array} a DataView of 12 bytes (pass a typed array over its buffer)`,
      ],
      [
        'a bigint array',
        () => BigInt64Array.of(1n, 2n, 3n),
        `${array} a BigInt64Array of 3 (convert it with Array.from(array, Number))`,
      ],
      ['too short', () => [1, 2], `${array} one of 2`],
      ['too long', () => new Float64Array(4), `${array} one of 4`],
      ['a nested array', () => [left], `${array} a nested array (put all values into one array)`],
      [
        'nested typed arrays',
        () => [Float32Array.from(left)],
        `${array} a nested array (put all values into one array)`,
      ],
      [
        'the bytes of its values',
        () => Buffer.from(Float32Array.from(left).buffer),
        `${array} a Buffer of 12 (if these are the bytes of float32 values, pass a Float32Array over them)`,
      ],
    ])('%s', async (_, make, message) => {
      expect(await score(withLeft(make()))).toBe(message);
    });
  });

  describe('a value that is', () => {
    const value = 'features.left[1]: expected a finite number, received';
    it.each<Case>([
      ['a string that holds a number', () => '12.5', `${value} a string that holds a number (convert it with Number)`],
      ['another string', () => 'twelve', `${value} a string`],
      ['an empty string', () => '', `${value} an empty string`],
      ['a boolean', () => true, `${value} a boolean (pass 1 or 0)`],
      ['a bigint', () => 5n, `${value} a bigint (convert it with Number)`],
      ['null', () => null, `${value} null`],
      ['undefined', () => undefined, `${value} nothing`],
      ['NaN', () => Number.NaN, `${value} NaN`],
      ['infinite', () => Number.NEGATIVE_INFINITY, `${value} an infinite number`],
      ['beyond float32', () => 1e39, `${value} a number beyond the range of float32`],
      ['an array', () => [2], `${value} an array of 1`],
      ['a Date', () => new Date(), `${value} a Date`],
      ['a promise', () => Promise.resolve(2), `${value} a promise (await it first)`],
      ['a boxed number', () => Object(2), `${value} a Number object`],
      ['a decimal of some library', () => ({ toNumber: () => 2 }), `${value} an object`],
    ])('%s', async (_, make, message) => {
      expect(await score(withLeft([1, make(), 3]))).toBe(message);
    });

    it('a hole', async () => {
      const sparse = new Array(3);
      sparse[0] = sparse[2] = 1;
      expect(await score(withLeft(sparse))).toBe(`${value} nothing`);
    });
  });

  describe('what changes while it is read is called so, and only where nothing else is found:', () => {
    const changes = 'expected values that stay the same while they are read, received values that change';
    const getter = (name: string, get: () => unknown, rest: object) =>
      Object.defineProperty({ ...rest }, name, { enumerable: true, get });
    it.each<Case>([
      [
        'features',
        () => ({ features: getter('left', changing([Number.NaN, 1, 1], left), { right }) }),
        `features: ${changes}`,
      ],
      ['the id', () => getter('id', changing(7, 'a'), { features: good }), `request: ${changes}`],
      [
        'not features that a getter gives beside a bad id',
        () => ({ id: 7, features: getter('left', () => left, { right }) }),
        'id: expected a non-empty string, received a number (convert it with String)',
      ],
    ])('%s', async (_, make, message) => {
      expect(await score(make())).toBe(message);
    });
  });

  describe('a list that is', () => {
    const list = 'requests: expected an array or another iterable of requests, or a stream of them, received';
    it.each<Case>([
      ['nothing', () => undefined, `${list} nothing`],
      ['a string', () => 'tx', `${list} a string`],
      ['a single request', () => ({ features: good }), `${list} a single request (pass it in an array, or to score)`],
      ['a promise', () => Promise.resolve([]), `${list} a promise (await it first)`],
      ['a generator function', () => function* () {}, `${list} a function (call it, and pass what it returns)`],
      ['an object', () => ({}), `${list} an object`],
      ['a Date', () => new Date(), `${list} a Date`],
    ])('%s', async (_, make, message) => {
      expect(await refusalOf(() => scorer.scoreMany(untyped<[]>(make())))).toBe(message);
    });

    it('one of promises', async () => {
      const [outcome] = await scorer.scoreMany(untyped<[]>([Promise.resolve({ features: good })]));
      if (outcome?.status !== 'rejected') throw new Error('not rejected');
      expect(outcome.reason.message).toContain('received a promise (await it first)');
    });
  });

  describe('columns', () => {
    const features = 'features: expected an object with an array for each input (left, right), received';
    const rows = 'rows: expected an integer from 0 to 1000000000, received';
    const array = 'features.left: expected an array of 6 finite numbers (2 rows of 3), received';
    const two = Float32Array.of(1, 2, 3, 4);
    it.each<[string, () => [unknown, unknown], string]>([
      ['without rows', () => [{ left, right }, undefined], `${rows} nothing`],
      [
        'with rows that are a string',
        () => [good, '4111'],
        `${rows} a string that holds a number (convert it with Number)`,
      ],
      ['with rows that are a secret', () => [good, 'tx-4111'], `${rows} a string`],
      ['with rows that are a fraction', () => [good, 1.5], `${rows} 1.5`],
      ['with rows that are negative', () => [good, -1], `${rows} -1`],
      ['in the wrong order', () => [1, good], `${rows} an object`],
      ['for other rows', () => [{ left, right: two }, 2], `${array} one of 3 (1 row)`],
      ['that fit no rows', () => [{ left: [1, 2, 3, 4], right: two }, 2], `${array} one of 4`],
      [
        'in nested rows',
        () => [{ left: [left, left], right: two }, 2],
        `${array} a nested array (put all values into one array)`,
      ],
      [
        'that were JSON',
        () => [{ left: overJson(new Float32Array(6)), right: two }, 2],
        `${array} an object with the keys 0 to 5, which is what JSON.stringify makes of a typed array (send [...array] instead)`,
      ],
      [
        'of bigints',
        () => [{ left: new BigInt64Array(6), right: two }, 2],
        `${array} a BigInt64Array of 6 (convert it with Array.from(array, Number))`,
      ],
      ['that are rows of objects', () => [[good, good], 2], `${features} an array of 2 (scoreMany takes requests)`],
      ['that are a promise', () => [Promise.resolve(good), 1], `${features} a promise (await it first)`],
      ['that are a request', () => [{ features: good }, 1], `${features} a request (pass its features)`],
      [
        'with a string among the values',
        () => [{ left: [1, 2, 3, '4', 5, 6], right: two }, 2],
        'features.left[1][0]: expected a finite number, received a string that holds a number (convert it with Number)',
      ],
    ])('%s', async (_, make, message) => {
      expect(await columns(...make())).toBe(message);
    });
  });

  describe('a label', () => {
    const record = (outcome: unknown) => refusalOf(() => scorer.recordOutcome(untyped(outcome)));
    const outcome = 'outcome: expected an object with id and isFraud, received';
    it.each<Case>([
      ['that is nothing', () => undefined, `${outcome} nothing`],
      ['that is an id', () => 'tx-1', `${outcome} a string`],
      ['that is a promise', () => Promise.resolve({ id: 'a', isFraud: true }), `${outcome} a promise (await it first)`],
      [
        'with an amount that is a text',
        () => ({ id: 'a', isFraud: true, amount: 'x' }),
        'amount: expected a finite number, received a string',
      ],
      [
        'with an endless amount',
        () => ({ id: 'a', isFraud: true, amount: Infinity }),
        'amount: expected a finite number, received an infinite number',
      ],
      [
        'with a score outside',
        () => ({ id: 'a', isFraud: true, fraudProbability: 2 }),
        'fraudProbability: expected a number in [0, 1], received a number outside of it',
      ],
      ['that is a list', () => [{ id: 'a', isFraud: true }], `${outcome} an array of 1`],
      ['that is a Map', () => new Map([['id', 'a']]), `${outcome} a Map (convert it with Object.fromEntries)`],
      [
        'of an id that is a number',
        () => ({ id: 7, isFraud: true }),
        'id: expected a non-empty string, received a number (convert it with String)',
      ],
      [
        'of an empty id',
        () => ({ id: '', isFraud: true }),
        'id: expected a non-empty string, received an empty string',
      ],
      ['that is 1', () => ({ id: 'a', isFraud: 1 }), 'isFraud: expected true or false, received a number'],
      ['that is "true"', () => ({ id: 'a', isFraud: 'true' }), 'isFraud: expected true or false, received a string'],
      [
        'with another decision',
        () => ({ id: 'a', isFraud: true, decision: 'block' }),
        'decision: expected APPROVE, REVIEW or BLOCK, received another string',
      ],
      [
        'with a version that is a number',
        () => ({ id: 'a', isFraud: true, version: 1 }),
        'version: expected a non-empty string, received a number (convert it with String)',
      ],
      [
        'with a date',
        () => ({ id: 'a', isFraud: true, decidedAt: new Date() }),
        'decidedAt: expected milliseconds since the epoch, received a Date (pass its getTime())',
      ],
      [
        'with a date in words',
        () => ({ id: 'a', isFraud: true, decidedAt: '2026-01-01T00:00:00Z' }),
        'decidedAt: expected milliseconds since the epoch, received a string (convert it with Date.parse)',
      ],
    ])('%s', async (_, make, message) => {
      expect(await record(make())).toBe(message);
    });

    it('of a class with getters is read as it is', () => {
      class Chargeback {
        get id(): string {
          return 'unknown';
        }
        get isFraud(): boolean {
          return true;
        }
      }
      expect(scorer.recordOutcome(new Chargeback())).toBe(false);
    });
  });

  describe('options', () => {
    const options = 'options: expected an object, received';
    it.each<Case>([
      ['a number', () => 500, `${options} 500`],
      ['null', () => null, `${options} null`],
      ['a promise', () => Promise.resolve({}), `${options} a promise (await it first)`],
      ['a Map', () => new Map(), `${options} a Map (convert it with Object.fromEntries)`],
      ['a Date', () => new Date(), `${options} a Date`],
      ['a signal', () => new AbortController().signal, `${options} an AbortSignal`],
      ['a typed array', () => right, `${options} a Float32Array of 2`],
      ['an array', () => [], `${options} an array of 0`],
    ])('that are %s', async (_, make, message) => {
      const given = untyped<object>(make());
      expect(await refusalOf(() => scorer.score({ features: good }, given))).toBe(message);
      expect(await refusalOf(() => scorer.scoreMany([], given))).toBe(message);
      expect(await refusalOf(() => scorer.scoreColumns(good, 1, given))).toBe(message);
      expect(await refusalOf(() => scorer.close(given))).toBe(message);
      expect(await refusalOf(() => scorer.setPolicy(given))).toBe(message.replace('options', 'policy'));
      expect(await refusalOf(() => FraudScorer.create(given))).toBe(message);
    });

    it.each<[string, object, string]>([
      [
        'a controller',
        { signal: new AbortController() },
        'signal: expected an AbortSignal, received an AbortController (pass its signal)',
      ],
      ['a string', { timeoutMs: '5' }, 'timeoutMs: expected a number of milliseconds above 0, received "5"'],
    ])('with %s', async (_, given, message) => {
      expect(await refusalOf(() => scorer.score({ features: good }, given))).toBe(message);
    });

    it.each<[string, object, string]>([
      [
        'another word for batching',
        { batching: 'Auto' },
        `batching: expected 'auto' or an object with maxBatchSize, maxQueueDelayMs and targetLatencyMs, received "Auto"`,
      ],
      [
        'another word for fallback',
        { fallback: 'approve' },
        `fallback: expected 'throw', 'APPROVE', 'REVIEW', 'BLOCK' or a function, received "approve"`,
      ],
      [
        'a policy that is a promise',
        { policy: Promise.resolve({}) },
        'policy: expected an object, received a promise (await it first)',
      ],
      [
        'providers in a Set',
        { providers: new Set(['cpu']) },
        `providers: expected a list of 'cuda', 'tensorrt' or 'cpu', received a Set`,
      ],
      ['null', { alerts: null }, 'alerts: expected an object, received null'],
    ])('of create with %s', async (_, given, message) => {
      expect(await refusalOf(() => FraudScorer.create(untyped<object>(given)))).toBe(message);
    });

    it('that are a text of create', async () => {
      const given = untyped<object>('models/mine');
      expect(await refusalOf(() => FraudScorer.create(given))).toBe(
        'options: expected an object, received "models/mine"',
      );
    });
  });

  it.each<Case>([
    ['a promise', () => Promise.resolve({}), 'a promise (await it first)'],
    ['nothing', () => undefined, 'nothing'],
    ['an object', () => ({}), 'an object'],
  ])('a profile that is %s', async (_, make, kind) => {
    expect(await refusalOf(() => recommendBatchSize(untyped<[]>(make())))).toBe(
      `profile: expected what profileModel resolves to, or a list of entries, received ${kind}`,
    );
  });
});
