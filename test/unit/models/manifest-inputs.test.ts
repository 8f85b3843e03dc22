import { describe, expect, it } from 'vitest';
import { type Manifest, readManifest } from '../../../src/models/manifest.js';
import { specOf } from '../../../src/models/model-spec.js';
import { IssueList } from '../../../src/validation/issues.js';

function read(...inputs: object[]): { manifest: Manifest | null; issues: string[] } {
  const issues = new IssueList();
  const json = {
    name: 'm',
    version: '1',
    file: 'm.onnx',
    sha256: 'a'.repeat(64),
    inputs,
    outputs: { probability: 'p' },
  };
  const manifest = readManifest(json, issues);
  return { manifest, issues: issues.listed.map(({ path, expected, received }) => `${path}: ${expected}; ${received}`) };
}

function issuesOf(...inputs: object[]): string[] {
  return read(...inputs).issues;
}

const three = { name: 'X', size: 3, features: ['a', 'b', 'c'] };

describe('the inputs of a manifest', () => {
  it('say what a missing value is for all features, or by feature', () => {
    const missingOf = (input: object) => read(input).manifest?.inputs[0]?.missing;
    expect(missingOf({ ...three, missing: 'nan' })).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(missingOf({ ...three, missing: -1 })).toEqual([-1, -1, -1]);
    expect(missingOf({ ...three, missing: { b: 'nan', c: 5 } })).toEqual([undefined, Number.NaN, 5]);
    const scaled = { ...three, mean: [1, 2, 3], std: [1, 1, 1] };
    expect(missingOf({ ...scaled, missing: 'mean' })).toEqual([1, 2, 3]);
    expect(missingOf({ ...scaled, missing: { a: 'mean', b: 0 } })).toEqual([1, 0, undefined]);
    expect(missingOf({ name: 'n', size: 1, type: 'int64', missing: { n: -1 } })).toEqual([-1]);
    const text = { name: 't', size: 1, type: 'string', categories: { t: ['x'] } };
    expect(missingOf({ ...text, missing: 'nan' })).toEqual(['nan']);
    expect(missingOf({ ...text, missing: '' })).toEqual(['']);
    expect(missingOf(three)).toBeUndefined();
  });

  it('give workers the texts of string inputs, and what stands for an absent feature', () => {
    const inputSpecOf = (input: object) => {
      const { manifest } = read(input);
      return manifest === null ? undefined : specOf(manifest).inputs[0];
    };
    const text = { name: 't', size: 2, type: 'string', features: ['s', 't'], categories: { s: ['x', 'y'], t: ['z'] } };
    expect(inputSpecOf(text)).toEqual({ name: 't', size: 2, type: 'string', texts: [['x', 'y'], ['z']] });
    expect(inputSpecOf({ ...text, missing: { s: 'y', t: 'none' }, unknownCategory: 'x' })).toMatchObject({
      texts: [
        ['x', 'y'],
        ['z', 'x', 'none'],
      ],
      reference: [1, 2],
    });
    expect(inputSpecOf({ ...text, unknownCategory: 'other' })).toMatchObject({ reference: [2, 1] });
    expect(inputSpecOf({ ...three, missing: { b: 'nan' } })).toMatchObject({ reference: [0, Number.NaN, 0] });
    expect(inputSpecOf({ ...three, mean: [1, 2, 3], std: [1, 1, 1], missing: 'nan' })).not.toHaveProperty('reference');
  });

  it.each<[string, object[], string]>([
    [
      'an unknown type',
      [{ ...three, type: 'double' }],
      'inputs[0].type: one of "float32", "float16", "float64", "int64", "int32", "bool", "string"; "double"',
    ],
    [
      'a shape of another size',
      [{ ...three, shape: [2, 2] }],
      'inputs[0].shape: a list of integers of at least 1 whose product is the size, 3; an array of 2',
    ],
    [
      'a shape without axes for a row of several values',
      [{ ...three, shape: [] }],
      'inputs[0].shape: a list of integers of at least 1 whose product is the size, 3; an array of 0',
    ],
    [
      'means of integers',
      [{ name: 'n', size: 1, type: 'int64', mean: [1], std: [1] }],
      'inputs[0].mean: no mean and std: values of type int64 are not normalised; an array of 1',
    ],
    [
      'NaN for a missing integer',
      [{ name: 'n', size: 1, type: 'int64', missing: 'nan' }],
      'inputs[0].missing: an integer (beyond 2^53 − 1 as a bigint), or one of these by feature; "nan"',
    ],
    [
      'a mean that is not there',
      [{ ...three, missing: 'mean' }],
      'inputs[0].missing: a finite number or "nan" ("mean" needs the fields mean and std, which this input does not have); "mean"',
    ],
    [
      'a fraction for a missing integer',
      [{ name: 'n', size: 1, type: 'int32', missing: { n: 0.5 } }],
      'inputs[0].missing.n: an integer from −2^31 to 2^31 − 1; 0.5',
    ],
    [
      'a missing value of an unknown feature',
      [{ ...three, missing: { d: 0 } }],
      'inputs[0].missing.d: the name of one of this input\'s features; "d"',
    ],
    [
      'a missing value by feature where none has a name',
      [{ name: 'X', size: 2, missing: { a: 0 } }],
      'inputs[0].missing.a: no feature by name: this input gives its features no names (features); "a"',
    ],
    [
      'a text where a number is missing',
      [{ ...three, missing: 'none' }],
      'inputs[0].missing: a finite number or "nan", or one of these by feature; "none"',
    ],
    [
      'a string input without categories',
      [{ name: 't', size: 1, type: 'string' }],
      'inputs[0].categories.t: the texts that this feature of a string input may have; nothing',
    ],
    [
      'categories of an unknown feature',
      [{ ...three, categories: { d: ['x'] } }],
      'inputs[0].categories.d: the name of one of this input\'s features; "d"',
    ],
    [
      'a category twice',
      [{ ...three, categories: { a: ['x', 'x'] } }],
      'inputs[0].categories.a: a list of texts, each of them once; an array of 2',
    ],
    [
      'an unknown category without categories',
      [{ ...three, unknownCategory: 0 }],
      'inputs[0].unknownCategory: categories, which it is for; nothing',
    ],
    [
      'a text for an unknown category of numbers',
      [{ ...three, categories: { a: ['x'] }, unknownCategory: 'x' }],
      'inputs[0].unknownCategory: a finite number or "nan" (left out: such a text is refused); "x"',
    ],
    [
      'a feature that is called as another input',
      [three, { name: 'b', size: 1 }],
      'inputs[0].features[1]: a name that no other input has: a request could mean either; the name of inputs[1]',
    ],
  ])('are refused for %s', (_, inputs, issue) => {
    expect(issuesOf(...inputs)).toEqual([issue]);
  });

  it('may have a feature that is called as the input itself', () => {
    expect(issuesOf({ name: 'age', size: 1, features: ['age'] }, { name: 'b', size: 2, features: ['b', 'x'] })).toEqual(
      [],
    );
  });
});
