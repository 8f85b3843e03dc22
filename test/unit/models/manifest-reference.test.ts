import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../src/models/manifest.js';
import { IssueList } from '../../../src/validation/issues.js';

const bins = { edges: [0, 1], shares: [0, 0.9, 0.1] };
const texts = { values: ['DE'], shares: [0.7], other: 0.3 };
const manifest = {
  name: 'm',
  version: '1',
  file: 'model.onnx',
  sha256: 'a'.repeat(64),
  inputs: [
    { name: 'X', size: 2, features: ['amount', 'hour'] },
    { name: 'country', size: 1, type: 'string', categories: { country: ['DE', 'TR'] } },
  ],
  outputs: { probability: 'p' },
};
const reference = { rows: 100, score: bins, inputs: { X: [bins, null], country: [texts] } };

function read(given: unknown): { issues: string[]; reference: unknown } {
  const issues = new IssueList();
  const read = readManifest({ ...manifest, reference: given }, issues);
  return { issues: issues.listed.map(({ path, expected }) => `${path}: ${expected}`), reference: read?.reference };
}

describe('The reference of a manifest', () => {
  it('is read as it was written', () => {
    expect(read(reference)).toEqual({ issues: [], reference });
  });

  it('has phases, with shares of each for every feature', () => {
    const phases = [{ shares: [0.1, 0.8], missing: 0.1, usual: 0.2 }, { shares: [0, 0.9, 0.1] }];
    const numbers = {
      ...bins,
      usual: 0.1,
      phases: [{ shares: [0, 0.8, 0.1], missing: 0.1, usual: 0.2 }, { shares: [0, 0.9, 0.1] }],
    };
    const words = { ...texts, phases: [{ shares: [1] }, { shares: [0.6], other: 0.4 }] };
    const given = { ...reference, phases: [60, 40], score: numbers, inputs: { X: [numbers, null], country: [words] } };
    expect(read(given)).toEqual({ issues: [], reference: given });
    const without = read({ ...given, score: bins }).issues;
    expect(without).toEqual([
      'reference.score.phases: a list of 2 objects with shares, one for each of reference.phases',
    ]);
    const short = read({ ...given, score: { ...numbers, phases } }).issues;
    expect(short[0]).toContain('reference.score.phases[0].shares: a list of 3 shares');
    expect(read({ ...given, phases: [60] }).issues[0]).toContain('reference.phases: a list of 2 to 100 integers');
    expect(read({ ...given, score: { ...numbers, usual: -1 } }).issues[0]).toContain('reference.score.usual');
    expect(read({ ...reference, score: numbers }).issues[0]).toContain('reference.score.phases');
  });

  it('is none where it is absent or empty', () => {
    expect(read(undefined)).toEqual({ issues: [], reference: undefined });
    expect(read({})).toEqual({ issues: [], reference: undefined });
  });

  it.each<[string, unknown, string]>([
    ['no object', 'reference.json', 'reference: an object that `npx fraud-scorer reference DIR --input FILE` writes'],
    ['null', null, 'reference: an object'],
    ['no rows', { ...reference, rows: 0 }, 'reference.rows: an integer of at least 1'],
    ['no score', { ...reference, score: undefined }, 'reference.score: an object'],
    [
      'edges that descend',
      { ...reference, score: { ...bins, edges: [1, 0] } },
      'reference.score.edges: a list of 1 to',
    ],
    [
      'shares of too little',
      { ...reference, score: { ...bins, shares: [0, 0.5, 0.1] } },
      'reference.score.shares: shares that sum',
    ],
    [
      'a share that is missing',
      { ...reference, score: { ...bins, shares: [0.5, 0.5] } },
      'reference.score.shares: a list of 3',
    ],
    [
      'another number of features',
      { ...reference, inputs: { X: [bins] } },
      'reference.inputs.X: a list of 2 bins or nulls',
    ],
    ['an unknown input', { ...reference, inputs: { Y: [bins] } }, 'reference.inputs.Y: one of X, country'],
    [
      'numbers for texts',
      { ...reference, inputs: { country: [bins] } },
      'reference.inputs.country[0].values: a list of',
    ],
    ['texts for numbers', { ...reference, inputs: { X: [texts, null] } }, 'reference.inputs.X[0].edges: a list of'],
  ])('is refused with its place: %s', (_, given, expected) => {
    const { issues } = read(given);
    expect(issues[0]).toContain(expected);
  });
});
