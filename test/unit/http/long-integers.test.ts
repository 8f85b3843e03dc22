import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import type { InputDescription, ModelDescription } from '../../../src/api/model-description.js';
import { LongIntegers } from '../../../src/integrations/http/long-integers.js';
import { fakeScorer } from './fake-scorer.js';

function input(name: string, type: InputDescription['type']): InputDescription {
  const feature = { name: `${name}_0`, description: null, optional: false, categories: null, takesOtherTexts: false };
  return { name, type, size: 1, features: [feature] };
}

function modelOf(version: string, ...inputs: InputDescription[]): ModelDescription {
  return { name: 'm', version, inputs, attention: false, unknownFeatures: 'refuse' };
}

function integersOf(...models: ModelDescription[]): LongIntegers {
  const describeModel = (version = models[0]?.version): ModelDescription => {
    const model = models.find((one) => one.version === version);
    if (model === undefined) throw new Error('There is no such version');
    return model;
  };
  const deployments = () => models.map(({ version }) => ({ version, role: 'challenger' }));
  return new LongIntegers({ ...fakeScorer(), describeModel, deployments: deployments as never });
}

describe('Long integers', () => {
  it('keep all of their digits for an int64 feature', () => {
    const integers = integersOf(modelOf('1', input('account', 'int64')));
    expect(integers.read(integers.parse('{"features":{"account":[9007199254740993]}}'))).toEqual({
      features: { account: [9_007_199_254_740_993n] },
    });
  });

  it('keep them in texts, names and exponents as JSON.parse does', () => {
    const integers = integersOf(modelOf('1', input('account', 'int64')));
    const text = '{"1234567890123456":"a \\"9007199254740993\\" b","x":[1234567890123456e-3,-0.1234567890123456789]}';
    expect(integers.parse(text)).toEqual(JSON.parse(text));
  });

  it('are what JSON.parse makes of them where they have more digits than any int64', () => {
    const integers = integersOf(modelOf('1', input('account', 'int64'), input('amount', 'float64')));
    const text = `{"features":{"account":[1],"amount":[1${'0'.repeat(100)}]}}`;
    expect(integers.read(integers.parse(text))).toEqual(JSON.parse(text));
  });

  it('refuse a broken text in a time that grows with its length alone', () => {
    const integers = integersOf(modelOf('1', input('account', 'int64')));
    const text = `{"id":1234567890123456,"x":${'\\"'.repeat(60_000)}`;
    const begun = performance.now();
    expect(() => integers.parse(text)).toThrow(SyntaxError);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

  it('keep their digits where another version takes the same input as floats', () => {
    const integers = integersOf(modelOf('1', input('account', 'int64')), modelOf('2', input('account', 'float32')));
    const request = integers.parse('{"features":{"account":[9007199254740993]}}');
    expect(integers.read(request)).toEqual({ features: { account: [9_007_199_254_740_993n] } });
  });

  it('stay texts where another version takes texts for the same feature', () => {
    const texts: InputDescription = { ...input('account', 'string') };
    const [feature] = texts.features;
    if (feature === undefined) throw new Error('There is one feature');
    const ofTexts = { ...texts, features: [{ ...feature, categories: ['12'], takesOtherTexts: true }] };
    const integers = integersOf(modelOf('1', input('account', 'int64')), modelOf('2', ofTexts));
    for (const features of [{ account: ['12'] }, { account: { account_0: '12' } }, { account_0: '12' }]) {
      expect(integers.read({ features })).toEqual({ features });
    }
  });
});
