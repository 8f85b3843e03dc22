import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../src/models/manifest.js';
import { IssueList } from '../../../src/validation/issues.js';
import { projectPath } from '../../support/paths.js';

const golden = JSON.parse(readFileSync(projectPath('test/fixtures/golden/model.json'), 'utf8'));
const small = {
  name: 'm',
  version: '2',
  file: 'model.onnx',
  sha256: 'A'.repeat(64),
  inputs: [{ name: 'x', size: 2, features: ['a', 'b'], mean: [0, 1], std: [1, 0] }],
  outputs: { probability: 'p' },
};

function issuesOf(json: unknown): string[] {
  const issues = new IssueList();
  const manifest = readManifest(json, issues);
  expect(manifest === null).toBe(issues.total > 0);
  return issues.listed.map(({ path, expected, received }) => `${path}: ${expected}; ${received}`);
}

describe('readManifest', () => {
  it('reads what is well formed, and takes empty lists for none', () => {
    expect(issuesOf(golden)).toEqual([]);
    expect(issuesOf({ ...small, policy: { blockRisk: 0.95 }, note: 'of the author' })).toEqual([]);
    const manifest = readManifest({ ...small, inputs: [{ name: 'x', size: 2, mean: [], std: [] }] }, new IssueList());
    expect(manifest).toMatchObject({ sha256: 'a'.repeat(64), inputs: [{ name: 'x', size: 2 }], policy: {} });
    expect(manifest?.inputs[0]).not.toHaveProperty('mean');
  });

  it.each<[string, unknown, string]>([
    ['no object', [], 'options: an object; an array of 0'],
    ['no name', { ...small, name: undefined }, 'name: a name; nothing'],
    [
      'a path for a file',
      { ...small, file: '../model.onnx' },
      'file: the name of a file in the same directory; "../model.onnx"',
    ],
    ['another hash', { ...small, sha256: 'abc' }, 'sha256: 64 hexadecimal digits; "abc"'],
    ['no inputs', { ...small, inputs: [] }, 'inputs: a list of at least one input; an array of 0'],
    ['an input that is no object', { ...small, inputs: [null] }, 'inputs[0]: an object; null'],
    ['a size of 0', { ...small, inputs: [{ name: 'x', size: 0 }] }, 'inputs[0].size: an integer of at least 1; 0'],
    [
      'the same input twice',
      { ...small, inputs: [...small.inputs, ...small.inputs] },
      'inputs[1].name: a name of its own; that of inputs[0]',
    ],
    [
      'too few means',
      { ...small, inputs: [{ name: 'x', size: 2, mean: [1], std: [1, 1] }] },
      'inputs[0].mean: a list of 2 finite numbers; an array of 1',
    ],
    [
      'a mean without a deviation',
      { ...small, inputs: [{ name: 'x', size: 1, mean: [1] }] },
      'inputs[0].std: mean and std together; nothing',
    ],
    [
      'a negative deviation',
      { ...small, inputs: [{ name: 'x', size: 1, mean: [1], std: [-1] }] },
      'inputs[0].std[0]: one of 1 finite numbers of at least 0; -1',
    ],
    [
      'both forms of output',
      { ...small, outputs: { probability: 'p', logits: 'l' } },
      'outputs: exactly one of logits, logit, probability, probabilities and score; logits and probability',
    ],
    [
      'neither',
      { ...small, outputs: {} },
      'outputs: exactly one of logits, logit, probability, probabilities and score; none of them',
    ],
    [
      'an unknown output',
      { ...small, outputs: { probability: 'p', risk: 'r' } },
      'outputs.risk: one of logits, logit, probability, probabilities, score, riskScore, attention, classes, fraudClass; an unknown field',
    ],
    [
      'a threshold above 1',
      { ...small, policy: { blockRisk: 90 } },
      'policy.blockRisk: a number of at least 0 and at most 1; 90',
    ],
  ])('names the field, what was expected and what came, for %s', (_, json, issue) => {
    expect(issuesOf(json)).toContain(issue);
  });

  it.each<[string, unknown, string]>([
    ['an input', { ...small, inputs: [{ name: '__proto__', size: 1 }] }, 'inputs[0].name'],
    [
      'a feature',
      { ...small, inputs: [{ name: 'x', size: 2, features: ['a', '__proto__'] }] },
      'inputs[0].features[1]',
    ],
    ['an output', { ...small, outputs: { probability: '__proto__' } }, 'outputs.probability'],
    ['another output', { ...small, outputs: { probability: 'p', riskScore: '__proto__' } }, 'outputs.riskScore'],
  ])('refuses __proto__ as the name of %s, and says why', (_, json, path) => {
    expect(issuesOf(json)).toEqual([
      `${path}: any other name: in JavaScript __proto__ is an object's prototype and no field, so rename it in the graph and here; "__proto__"`,
    ]);
  });

  it('takes any other name that JavaScript objects have', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', '__defineGetter__', 'a.b[0]', 'n'.repeat(5_000)]) {
      const input = { name, size: 2, features: [name, 'b'] };
      expect(issuesOf({ ...small, inputs: [input], outputs: { probability: name } })).toEqual([]);
    }
  });

  it('refuses an empty name, and one that JSON gives the object itself', () => {
    expect(issuesOf({ ...small, inputs: [{ name: '', size: 1 }] })).toEqual([
      'inputs[0].name: the name of a graph\'s input; ""',
    ]);
    expect(issuesOf({ ...small, outputs: JSON.parse('{ "probability": "p", "__proto__": "q" }') })).toEqual([
      'outputs.__proto__: one of logits, logit, probability, probabilities, score, riskScore, attention, classes, fraudClass; an unknown field',
    ]);
  });

  it('never throws, whatever the file holds', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => void issuesOf(json)));
    const field = fc.constantFrom(...Object.keys(small));
    fc.assert(fc.property(field, fc.jsonValue(), (name, value) => void issuesOf({ ...small, [name]: value })));
  });
});
