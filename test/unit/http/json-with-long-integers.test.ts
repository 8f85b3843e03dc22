import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LongIntegers } from '../../../src/integrations/http/long-integers.js';
import { fakeScorer } from './fake-scorer.js';

/** As of a scorer whose model takes an int64. */
function integers(): LongIntegers {
  const feature = { name: 'card', description: null, categories: null, takesOtherTexts: false, optional: false };
  const describeModel = () => ({
    version: '1',
    inputs: [{ name: 'card', type: 'int64', size: 1, features: [feature] }],
  });
  return new LongIntegers({ ...fakeScorer(), describeModel } as never);
}

/** Makes the text one that has an integer to look for. */
const long = '9007199254740993';

describe('JSON with long integers', () => {
  it('is what JSON.parse makes of it, but for integers beyond 2^53', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        const whole = `{"a":${json},"b":${JSON.stringify(text)},"c":${long},"${long}":"${long}","d":[1.5,-${long},${long}.5]}`;
        const own = { c: BigInt(long), d: [1.5, -BigInt(long), Number(`${long}.5`)] };
        const expected: object = JSON.parse(whole, (_, value: unknown) =>
          typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value) ? BigInt(value) : value,
        );
        const read = integers().parse(whole) as { a: unknown; b: string };
        expect(read).toMatchObject(own);
        expect(read.b).toBe(text);
        if (!/\d{16}|[eE]/.test(json)) expect(read.a).toEqual((expected as { a: unknown }).a);
      }),
    );
  });

  it.each([
    ['a text that does not end', `[${long},"${'\\"'.repeat(500_000)}`],
    ['quotes alone', `[${long},${'"'.repeat(1_000_001)}`],
    ['backslashes', `[${long},"${'\\'.repeat(1_000_001)}`],
    ['digits and signs', `[${'-'.repeat(500_000)}${'1'.repeat(500_000)}`],
  ])('is refused quickly where it has %s', (_, text) => {
    expect(() => integers().parse(text)).toThrow();
  });

  it('keeps texts of any length', () => {
    const text = '\\"\n'.repeat(1_000_000);
    expect(integers().parse(JSON.stringify([text, 1]).replace('1]', `${long}]`))).toEqual([text, BigInt(long)]);
  });
});
