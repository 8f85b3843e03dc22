import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer, type ScoreRequest } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

/** What the graph of `typed` sums up, from its score. */
function sumOf(probability: number): number {
  return 100 * Math.log(probability / (1 - probability));
}

const codes: Readonly<Record<string, number>> = { DE: 1, TR: 2, male: 3, female: 4 };

const features = {
  half: [1, 0.5],
  double: [0.25],
  big: [40n],
  small: [-3],
  flag: [true],
  text: ['TR', 'female'],
  sequence: [0.001, 0.002, 0, 0, 0, 0.0001],
  single: [2],
};
// (0.25 − 0.3) · 1e16 would drown the rest, so most tests have 0.3 there.
const calm = { ...features, double: [0.3] };
const calmSum = 1.5 + 0 + 0 - 3 + 1 + 2 + 4 + (0.001 + 0.02 + 10) + 2;

let scorer: FraudScorer;
beforeAll(async () => {
  scorer = await FraudScorer.create({ model: fixtureModel('typed'), workers: 1, providers: ['cpu'] });
});
afterAll(async () => {
  await scorer.close();
});

async function score(given: object): Promise<number> {
  const { fraudProbability } = await scorer.score(untyped<ScoreRequest>({ features: given }));
  return sumOf(fraudProbability ?? Number.NaN);
}

async function columns(given: object, rows: number): Promise<number[]> {
  const { fraudProbability } = await scorer.scoreColumns(untyped<Record<string, number[]>>(given), rows);
  return [...fraudProbability].map(sumOf);
}

describe('inputs of every type', () => {
  it('reach the graph as they are, from score, scoreMany and scoreColumns', async () => {
    expect(await score(calm)).toBeCloseTo(calmSum, 3);
    const outcomes = await scorer.scoreMany([calm, calm, calm].map((one) => untyped<ScoreRequest>({ features: one })));
    for (const outcome of outcomes) {
      if (outcome.status !== 'fulfilled') throw outcome.reason;
      expect(sumOf(outcome.value.fraudProbability ?? Number.NaN)).toBeCloseTo(calmSum, 3);
    }
    const rows = Object.fromEntries(Object.entries(calm).map(([name, values]) => [name, [...values, ...values]]));
    for (const sum of await columns(rows, 2)) expect(sum).toBeCloseTo(calmSum, 3);
  });

  it('keep the last digit of an int64 and of a float64', async () => {
    const base = calmSum - 0;
    for (const big of [2 ** 53 - 1, [2 ** 53 - 1], BigInt(2 ** 53 - 1), BigInt64Array.of(2n ** 53n - 1n)]) {
      expect(await score({ ...calm, big })).toBeCloseTo(base + 1, 3);
    }
    expect(await score({ ...calm, big: 2n ** 63n - 1n })).toBeCloseTo(base + 7, 3);
    expect(await score({ ...calm, double: 0.1 + 0.2 })).toBeCloseTo(base + (0.1 + 0.2 - 0.3) * 1e16, 3);
    const rows = { ...twice(calm), big: BigInt64Array.of(2n ** 53n + 1n, 2n ** 53n + 3n), double: [0.3, 0.1 + 0.2] };
    const [first, second] = await columns(rows, 2);
    expect(first).toBeCloseTo(base + 3, 3);
    expect(second).toBeCloseTo(base + 5 + (0.1 + 0.2 - 0.3) * 1e16, 3);
    expect((await columns({ ...rows, big: [2 ** 53 - 1, 41n], double: Float64Array.of(0.3, 0.3) }, 2))[0]).toBeCloseTo(
      base + 1,
      3,
    );
  });

  it('take whole numbers of any array for integers, and 1 and 0 for booleans', async () => {
    for (const array of [Float32Array, Float64Array, Uint8Array, Int32Array]) {
      const given = { ...calm, big: array.of(7), small: array.of(7), flag: array.of(0), half: array.of(1, 0) };
      expect(await score(given)).toBeCloseTo(calmSum + 7 + 10 - 1 - 0.5, 3);
      expect((await columns(twice(given), 2))[1]).toBeCloseTo(calmSum + 7 + 10 - 1 - 0.5, 3);
    }
  });

  it('take texts by their categories, others as the unknown one, and a missing one as the manifest says', async () => {
    const rest = calmSum - 6;
    for (const country of ['DE', 'TR']) {
      for (const sex of ['male', 'female']) {
        const expected = rest + (codes[country] ?? 0) + (codes[sex] ?? 0);
        expect(await score({ ...calm, text: { sex, country } })).toBeCloseTo(expected, 3);
      }
    }
    expect(await score({ ...calm, text: ['FR', 'unheard of'] })).toBeCloseTo(rest - 14, 3);
    for (const text of [['DE', null], ['DE', Number.NaN], { country: 'DE' }, { country: 'DE', sex: undefined }]) {
      expect(await score({ ...calm, text })).toBeCloseTo(rest + 1 - 9, 3);
    }
    const sums = await columns({ ...twice(calm), text: ['DE', 'x', 'TR', undefined] }, 2);
    expect(sums[0]).toBeCloseTo(rest + 1 - 7, 3);
    expect(sums[1]).toBeCloseTo(rest + 2 - 9, 3);
  });

  it.each([
    [
      'a fraction for an int64',
      { big: [1.5] },
      'features.big[0]: expected an integer (beyond 2^53 − 1 as a bigint), received a number with a fraction',
    ],
    [
      'a number beyond 2^53',
      { big: [2 ** 53] },
      'features.big[0]: expected an integer (beyond 2^53 − 1 as a bigint), received a number beyond 2^53 − 1 (pass a bigint)',
    ],
    [
      'a bigint beyond int64',
      { big: 2n ** 63n },
      'features.big: expected an integer (beyond 2^53 − 1 as a bigint), received a bigint beyond the range of int64',
    ],
    [
      'a number beyond int32',
      { small: [2 ** 31] },
      'features.small[0]: expected an integer from −2^31 to 2^31 − 1, received a number beyond the range of int32',
    ],
    [
      'a number beyond float16',
      { half: [1, 65_520] },
      'features.half[1]: expected a number in the range of float16 (below 65520), received a number beyond the range of float16',
    ],
    [
      'an infinite float64',
      { double: [Number.POSITIVE_INFINITY] },
      'features.double[0]: expected a finite number, received an infinite number',
    ],
    ['2 for a boolean', { flag: 2 }, 'features.flag: expected true, false, 1 or 0, received another number'],
    [
      'a text for a number',
      { small: ['3'] },
      'features.small[0]: expected an integer from −2^31 to 2^31 − 1, received a string that holds a number (convert it with Number)',
    ],
    [
      'a number for a text',
      { text: ['DE', 3] },
      'features.text[1]: expected one of the texts that model.json lists for it (categories), received a number (convert it with String)',
    ],
    [
      'a missing text that may not be missing',
      { text: { sex: 'male' } },
      'features.text.country: expected one of the texts that model.json lists for it (categories), received nothing',
    ],
    [
      'a bigint for a float64',
      { double: 1n },
      'features.double: expected a finite number, received a bigint (convert it with Number)',
    ],
    [
      'a boolean in an array of numbers',
      { small: [true] },
      'features.small[0]: expected an integer from −2^31 to 2^31 − 1, received a boolean (pass 1 or 0)',
    ],
    [
      'a row of another length',
      { sequence: [1, 2] },
      'features.sequence: expected an array of 6 finite numbers, received one of 2',
    ],
  ])('refuse %s', async (_, wrong, message) => {
    await expect(score({ ...calm, ...wrong })).rejects.toThrowError(`Invalid request: ${message}`);
  });

  it('are refused in columns by row and place', async () => {
    await expect(columns({ ...twice(calm), big: [1, 1.5], text: ['DE', 'male', 5, 'male'] }, 2)).rejects.toThrowError(
      'Invalid request: features.big[1][0]: expected an integer (beyond 2^53 − 1 as a bigint), received a number with a fraction; ' +
        'features.text[1][0]: expected one of the texts that model.json lists for it (categories), received a number (convert it with String)',
    );
  });

  it('have reasons, by the name of the feature', async () => {
    const request = untyped<ScoreRequest>({
      features: { ...calm, sequence: [0, 0, 0, 0, 0, 0], small: 40, single: 0 },
    });
    const result = await scorer.score(request, { explain: true });
    const reasons = result.source === 'model' ? result.reasons : undefined;
    // At 0 the float64 input moves the sum by 3e15.
    const [, first, second] = reasons ?? [];
    expect(first).toMatchObject({ input: 'small', feature: 'small[0]', direction: 'raises' });
    expect(first?.contribution).toBeCloseTo(0.4, 3);
    // Without a sex there is −9 instead of 4.
    expect(second).toMatchObject({ input: 'text', feature: 'sex', direction: 'raises' });
    expect(second?.contribution).toBeCloseTo(0.13, 3);
  });
});

/** Two rows that are the same. */
function twice(given: object): Record<string, unknown[]> {
  return Object.fromEntries(Object.entries(given).map(([name, values]) => [name, [...values, ...values]]));
}
