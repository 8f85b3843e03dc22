import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer, FraudScorerError, type FraudScorerOptions, type ScoreRequest } from '../../src/index.js';
import { modelWith } from '../support/model-with.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

const logit = (p: number): number => Math.log(p / (1 - p));

/** What the graph of `missing` makes of its raw inputs. */
function logitOf(amount: number, hour: number, country: number, age: number): number {
  return (Number.isNaN(amount) ? 0.5 : amount) + hour / 10 - country + (age - 40) / 10;
}

const open: FraudScorer[] = [];
async function create(model: 'missing' | 'linear', options: FraudScorerOptions = {}): Promise<FraudScorer> {
  const scorer = await FraudScorer.create({ model: fixtureModel(model), workers: 1, providers: ['cpu'], ...options });
  open.push(scorer);
  return scorer;
}

let linear: FraudScorer;
let missing: FraudScorer;
beforeAll(async () => {
  [linear, missing] = await Promise.all([create('linear'), create('missing')]);
});
afterAll(async () => {
  await Promise.all(open.map((scorer) => scorer.close()));
});

async function score(scorer: FraudScorer, features: object): Promise<number> {
  const { fraudProbability } = await scorer.score(untyped<ScoreRequest>({ features }));
  return logit(fraudProbability ?? Number.NaN);
}

const nan = Number.NaN;

describe('features by name', () => {
  it('score as the same features in arrays do, in all forms and orders', async () => {
    const right = [3, -1.5];
    const expected = await score(linear, { left: [0.75, 0.25, -0.2], right });
    const forms: object[] = [
      { left: { a: 0.75, b: 0.25, c: -0.2 }, right },
      { right, left: { c: -0.2, b: 0.25, a: 0.75 } },
      { a: 0.75, b: 0.25, c: -0.2, right },
      { c: -0.2, right: Float32Array.from(right), a: 0.75, b: 0.25 },
      { right, left: Object.assign(Object.create(null), { b: 0.25, a: 0.75, c: -0.2 }) },
      Object.assign(Object.create({ inherited: 1 }), { right, c: -0.2, b: 0.25, a: 0.75 }),
    ];
    for (const form of [...forms, ...forms]) expect(await score(linear, form)).toBe(expected);
    const outcomes = await linear.scoreMany(forms.map((features) => untyped<ScoreRequest>({ features })));
    expect(outcomes.map(({ status }) => status)).toEqual(forms.map(() => 'fulfilled'));
  });

  it('take booleans as 1 and 0, and texts as the place in their categories', async () => {
    const rest = { right: [1, -1], b: 0, c: 0 };
    expect(await score(linear, { ...rest, a: true })).toBe(await score(linear, { ...rest, a: 1 }));
    for (const [text, place] of [
      ['DE', 0],
      ['TR', 1],
      ['FR', -1],
    ] as const) {
      expect(await score(missing, { amount: 1, hour: 2, country: text, age: 40 })).toBeCloseTo(
        logitOf(1, 2, place, 40),
        5,
      );
      expect(await score(missing, { X: [1, 2, text], age: [40] })).toBeCloseTo(logitOf(1, 2, place, 40), 5);
    }
  });

  it('take texts in arrays too where a feature has categories and none may be missing', async () => {
    const inputs = [
      { name: 'X', size: 3, features: ['amount', 'hour', 'country'], categories: { country: ['DE', 'TR'] } },
      { name: 'age', size: 1 },
    ];
    const folder = await mkdtemp(join(tmpdir(), 'categories-'));
    try {
      const model = await modelWith(folder, 'missing', { inputs });
      await using scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
      // Without mean and std an age is taken as it is.
      const expected = expect.closeTo(0.5 + 0.2 - 1 - 2, 5);
      for (const X of [
        [0.5, 2, 'TR'],
        [0.5, 2, 1],
        Float32Array.of(0.5, 2, 1),
        { country: 'TR', amount: 0.5, hour: 2 },
      ]) {
        expect(await score(scorer, { X, age: -2 })).toEqual(expected);
      }
      await expect(score(scorer, { X: [0.5, 2, 'FR'], age: [-2] })).rejects.toThrow('features.X[2]');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each<[string, object, string]>([
    [
      'a misspelt name',
      { a: 1, b: 1, cc: 1, right: [1, 1] },
      'features.cc: expected only the inputs left, right, received an unknown input (did you mean c?)',
    ],
    [
      'a name that is like none',
      { a: 1, b: 1, c: 1, right: [1, 1], merchant: 1 },
      'features.merchant: expected only the inputs left, right, received an unknown input',
    ],
    ['a feature that lacks', { a: 1, b: 1, right: [1, 1] }, 'features.c: expected a finite number, received nothing'],
    [
      'a feature that is given twice',
      { left: [1, 2, 3], a: 1, right: [1, 1] },
      'features.a: expected each feature once, received one that is given as a part of its input too',
    ],
    ['null', { a: null, b: 1, c: 1, right: [1, 1] }, 'features.a: expected a finite number, received null'],
    [
      'a text',
      { a: '1', b: 1, c: 1, right: [1, 1] },
      'features.a: expected a finite number, received a string that holds a number (convert it with Number)',
    ],
    [
      'a value beyond float32',
      { a: 1e39, b: 1, c: 1, right: [1, 1] },
      'features.a: expected a finite number, received a number beyond the range of float32',
    ],
    [
      'an array for one feature',
      { a: [1], b: 1, c: 1, right: [1, 1] },
      'features.a: expected a finite number, received an array of 1',
    ],
    [
      'a misspelt name inside an input',
      { left: { a: 1, b: 1, c: 1, aa: 1 }, right: [1, 1] },
      'features.left.aa: expected only features of left, received an unknown feature (did you mean a?)',
    ],
    [
      'names of an input whose features have none',
      { a: 1, b: 1, c: 1, right: { x: 1, y: 2 } },
      'features.right: expected an array of 2 finite numbers, received an object',
    ],
  ])('refuse %s', async (_, features, message) => {
    const first = message.replace('features.cc', 'features.c: expected a finite number, received nothing; features.cc');
    await expect(score(linear, features)).rejects.toThrowError(`Invalid request: ${first}`);
  });

  it('never take a feature from a prototype', async () => {
    const inherited = Object.assign(Object.create({ c: 1 }), { a: 1, b: 1, right: [1, 1] });
    await expect(score(linear, inherited)).rejects.toThrowError(
      'features.c: expected a finite number, received nothing',
    );
    class Amount {
      get amount(): number {
        return 5;
      }
    }
    class Transaction extends Amount {
      hour = 2;
      country = 'DE';
      age = 40;
    }
    // It would score as if the amount were missing.
    await expect(score(missing, new Transaction())).rejects.toThrowError(
      'features.amount: expected a finite number, received nothing of its own: getters and fields of its class or prototype are not read (copy the value into the object itself)',
    );
    const inside = { X: new Amount(), hour: 2, country: 'DE', age: 40 };
    await expect(score(missing, inside)).rejects.toThrowError('features.X.amount: expected a finite number, received');
  });

  it('say that an array behind a getter of a class is not read', async () => {
    class Arrays {
      get left(): number[] {
        return [1, 2, 3];
      }
      right = [1, 1];
    }
    await expect(score(linear, new Arrays())).rejects.toThrowError(
      'Invalid request: features.left: expected an array of 3 finite numbers, received nothing of its own',
    );
    class Columns {
      get X(): number[] {
        return [1, 2, 0];
      }
      age = [40];
    }
    await expect(missing.scoreColumns(untyped<Record<string, number[]>>(new Columns()), 1)).rejects.toThrowError(
      'features.X: expected',
    );
  });

  it('are read from getters of the object itself, and from fields that are not enumerable', async () => {
    const expected = await score(linear, { left: [0.75, 0.25, -0.2], right: [3, -1] });
    const named = { a: 0.75, b: 0.25, c: -0.2 };
    const hidden = (fields: object, ...names: string[]): object => {
      const copy = { ...fields };
      for (const name of names) Object.defineProperty(copy, name, { enumerable: false });
      return copy;
    };
    const right = [3, -1];
    const forms: object[] = [
      {
        get left() {
          return named;
        },
        right,
      },
      hidden({ left: named, right }, 'left'),
      hidden({ left: [0.75, 0.25, -0.2], right }, 'left', 'right'),
      { left: hidden(named, 'b'), right },
      hidden({ ...named, right }, 'a', 'c', 'right'),
    ];
    for (const form of forms) expect(await score(linear, form)).toBe(expected);
    const visible = { amount: 5, hour: 2, country: 'DE', age: 40 };
    expect(await score(missing, hidden(visible, 'amount'))).toBe(await score(missing, visible));
    const bad = hidden({ ...visible, amount: 'x' }, 'amount');
    await expect(score(missing, bad)).rejects.toThrowError(
      'features.amount: expected a finite number, received a string',
    );
  });

  it('name at most five unknown names, cut off and without control characters', async () => {
    const forged = `x\n2026-01-01 INFO all is well\u001b[2J\u009b\u2028${'y'.repeat(200)}`;
    const unknown = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`unknown${index}`, 1]));
    const error = await score(linear, { left: [1, 1, 1], right: [1, 1], [forged]: 1, ...unknown }).then(
      () => null,
      (reason: unknown) => (reason instanceof FraudScorerError ? reason : null),
    );
    expect(error?.message).toContain('features.x\\n2026-01-01 INFO all is well\\u001b[2J\\u009b\\u2028yyy');
    expect(error?.message).toMatch(/; and 12 more$/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for these.
    expect(JSON.stringify(error) + error?.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]|y{70}/);
    expect(error).toMatchObject({ totalIssues: 17, issues: { length: 5 } });
  });

  it('ignore unknown names where the host says so', async () => {
    const tolerant = await create('linear', { unknownFeatures: 'ignore' });
    const features = { a: 1, b: 1, c: 1, right: [1, 1], merchant: 'x' };
    expect(await score(tolerant, features)).toBe(await score(linear, { left: [1, 1, 1], right: [1, 1] }));
    await expect(create('linear', untyped({ unknownFeatures: 'yes' }))).rejects.toThrowError('unknownFeatures');
  });

  it('are not read from a getter twice', async () => {
    let reads = 0;
    const features = {
      get a() {
        reads += 1;
        return 1;
      },
      b: 1,
      c: 1,
      right: [1, 1],
    };
    await score(linear, features);
    expect(reads).toBe(1);
  });
});

describe('missing values', () => {
  const given: [string, object, number][] = [
    ['an absent feature', { hour: 2, country: 'DE', age: 50 }, logitOf(nan, 2, 0, 50)],
    ['null and undefined', { amount: null, hour: undefined, country: 'TR', age: null }, logitOf(nan, 7, 1, 40)],
    ['NaN', { amount: nan, hour: nan, country: 1, age: nan }, logitOf(nan, 7, 1, 40)],
    ['NaN in arrays', { X: Float32Array.of(nan, nan, 1), age: [nan] }, logitOf(nan, 7, 1, 40)],
    ['null and holes in arrays', { X: [null, undefined, 'TR'] }, logitOf(nan, 7, 1, 40)],
    ['an input that is not there', { X: { country: 0 } }, logitOf(nan, 7, 0, 40)],
  ];
  it.each(given)('are what the manifest says for %s', async (_, features, expected) => {
    expect(await score(missing, features)).toBeCloseTo(expected, 5);
  });

  it('are so in columns', async () => {
    const columns = untyped<Record<string, number[]>>({ X: [nan, null, 1, 3, 4, 'DE'], age: Float32Array.of(nan, 50) });
    const { fraudProbability } = await missing.scoreColumns(columns, 2);
    expect(logit(fraudProbability[0] ?? nan)).toBeCloseTo(logitOf(nan, 7, 1, 40), 5);
    expect(logit(fraudProbability[1] ?? nan)).toBeCloseTo(logitOf(3, 4, 0, 50), 5);
    const floats = await missing.scoreColumns({ X: Float32Array.of(nan, nan, 1, 3, 4, 0) }, 2);
    expect(logit(floats.fraudProbability[0] ?? nan)).toBeCloseTo(logitOf(nan, 7, 1, 40), 5);
    expect(logit(floats.fraudProbability[1] ?? nan)).toBeCloseTo(logitOf(3, 4, 0, 40), 5);
  });

  it('are refused where the manifest does not say what they are', async () => {
    await expect(score(missing, { amount: 1, hour: 2, age: 40 })).rejects.toThrowError(
      'features.country: expected a finite number, or one of the texts that model.json lists for it (categories), received nothing',
    );
    await expect(score(missing, { X: [1, 2, null] })).rejects.toThrowError('features.X[2]');
    await expect(missing.scoreColumns({ X: [1, 2, nan] }, 1)).rejects.toThrowError('features.X[0][2]');
    await expect(score(missing, { amount: Number.POSITIVE_INFINITY, hour: 2, country: 1 })).rejects.toThrowError(
      'features.amount: expected a finite number, received an infinite number',
    );
    await expect(score(linear, { left: [nan, 1, 1], right: [1, 1] })).rejects.toThrowError('features.left[0]');
  });

  it('stand for an absent feature in an explanation, unless it has a mean', async () => {
    const request = untyped<ScoreRequest>({ features: { amount: 3, hour: 17, country: 0, age: 55 } });
    const result = await missing.score(request, { explain: true });
    const reasons = result.source === 'model' ? result.reasons : undefined;
    const found = new Map(reasons?.map(({ feature, contribution }) => [feature, contribution]));
    expect(found.get('amount')).toBeCloseTo(3 - 0.5, 4);
    expect(found.get('hour')).toBeCloseTo(1.7 - 0.7, 4);
    expect(found.get('age[0]')).toBeCloseTo(1.5, 4);
  });
});
