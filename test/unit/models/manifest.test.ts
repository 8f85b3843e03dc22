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
    expect(issuesOf({ ...small, calibraton: 'no', polciy: {} })).toEqual([
      'calibraton: calibration, if it is misspelt, or another name; an unknown field',
      'polciy: policy, if it is misspelt, or another name; an unknown field',
    ]);
    expect(issuesOf({ ...small, inputs: [{ name: 'x', size: 1, means: [0], stds: [1] }] })).toHaveLength(2);
    expect(issuesOf({ ...small, names: 'of the authors' })).toEqual([]);
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

  it('gives a label its column, and keeps labels that are numbers as texts', () => {
    const classes = ['good', 7, 'stolen'];
    for (const [fraudClass, column] of [
      ['stolen', 2],
      ['7', 1],
      [0, 0],
    ]) {
      const manifest = readManifest({ ...small, outputs: { logits: 'l', classes, fraudClass } }, new IssueList());
      expect(manifest?.outputs).toEqual({ logits: 'l', classes: ['good', '7', 'stolen'], fraudClass: column });
    }
    expect(issuesOf({ ...small, outputs: { probabilities: 'p' } })).toEqual([]);
    expect(issuesOf({ ...small, outputs: { probabilities: 'p', classes: [0, 1] } })).toEqual([]);
  });

  it('reads calibrations of both kinds, rising and falling, and how rows share runs', () => {
    const calibrations = [
      { method: 'platt', a: -0.5, b: 0 },
      { method: 'isotonic', x: [-1, 2.5, 3], y: [0, 0.25, 0.25] },
      { method: 'isotonic', x: [-1, 2], y: [1, 0.5] },
    ];
    for (const calibration of calibrations) {
      const json = { ...small, outputs: { score: 's' }, calibration, batch: 'alone' };
      expect(readManifest(json, new IssueList())).toMatchObject({ calibration, batch: 'alone' });
    }
    const plain = readManifest(small, new IssueList());
    expect(plain?.batch).toBe('any');
    expect(plain).not.toHaveProperty('calibration');
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'a label without labels',
      { fraudClass: 'fraud' },
      'outputs.fraudClass: outputs.classes beside a label, or the number of a column; "fraud"',
    ],
    [
      'a label that is not there',
      { fraudClass: 'fraud', classes: ['a', 'b'] },
      'outputs.fraudClass: one of outputs.classes, "a", "b"; "fraud"',
    ],
    [
      'a column that is not there',
      { fraudClass: 2, classes: ['a', 'b'] },
      'outputs.fraudClass: a column of 2 classes, an integer from 0 to 1; 2',
    ],
    [
      'a column below 0',
      { fraudClass: -1 },
      'outputs.fraudClass: a column of the classes, an integer from 0, or the label of one; -1',
    ],
    [
      'three labels and no class',
      { classes: ['a', 'b', 'c'] },
      'outputs.fraudClass: one of the 3 classes: a column, or a label; nothing',
    ],
    ['a label twice', { classes: ['1', 1] }, 'outputs.classes[1]: each label once; "1"'],
    ['one label', { classes: ['a'] }, 'outputs.classes: at least two labels; an array of 1'],
  ])('refuses %s, once', (_, fields, issue) => {
    expect(issuesOf({ ...small, outputs: { probabilities: 'p', ...fields } })).toEqual([issue]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'a class of what has none',
      { outputs: { logit: 'l', fraudClass: 1 } },
      'outputs.fraudClass: nothing, as outputs.logit has no classes; 1',
    ],
    [
      'labels of what has none',
      { outputs: { probability: 'p', classes: ['a', 'b'] } },
      'outputs.classes: nothing, as outputs.probability has no classes; an array of 2',
    ],
    ['another way to share runs', { batch: 'one' }, 'batch: one of "any", "alone"; "one"'],
    [
      'a score without a calibration',
      { outputs: { score: 's' } },
      "calibration: { method: 'platt', a, b } or { method: 'isotonic', x, y }, which maps outputs.score to a probability; nothing",
    ],
    ['no method', { calibration: { a: 1, b: 2 } }, "calibration.method: 'platt' or 'isotonic'; nothing"],
    [
      'a slope of 0',
      { calibration: { method: 'platt', a: 0, b: 2 } },
      'calibration.a: a finite number other than 0; 0',
    ],
    ['half of a line', { calibration: { method: 'platt', a: 1 } }, 'calibration.b: a finite number; nothing'],
    [
      'points of the other kind',
      { calibration: { method: 'platt', a: 1, b: 0, x: [] } },
      'calibration.x: one of method, a, b; an unknown field',
    ],
    [
      'points out of order',
      { calibration: { method: 'isotonic', x: [0, 0], y: [0, 1] } },
      'calibration.x[1]: a number above the one before; 0',
    ],
    [
      'values that turn',
      { calibration: { method: 'isotonic', x: [0, 1, 2], y: [0, 0.75, 0.5] } },
      'calibration.y[2]: a number not below the one before; 0.5',
    ],
    [
      'values outside [0, 1]',
      { calibration: { method: 'isotonic', x: [0, 1], y: [0, 2] } },
      'calibration.y: a list of at least two numbers in [0, 1]; an array of 2',
    ],
    [
      'fewer values than points',
      { calibration: { method: 'isotonic', x: [0, 1, 2], y: [0, 1] } },
      'calibration.y: 3 numbers, as many as x; an array of 2',
    ],
    [
      'no object',
      { calibration: 'platt' },
      `calibration: an object { method: 'platt', a, b } or { method: 'isotonic', x, y }; "platt"`,
    ],
  ])('refuses %s', (_, fields, issue) => {
    expect(issuesOf({ ...small, ...fields })).toContain(issue);
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

  const text = { name: 't', size: 2, type: 'string', features: ['a', 'b'] };
  const isotonic = "an object { method: 'platt', a, b } or { method: 'isotonic', x, y }";
  it.each<[string, unknown, string]>([
    ['a list', [], 'options: an object; an array of 0'],
    ['null', null, 'options: an object; null'],
    ['a text for the outputs', { ...small, outputs: 'p' }, 'outputs: an object; "p"'],
    ['a text for an input', { ...small, inputs: ['x'] }, 'inputs[0]: an object; "x"'],
    ['a text for a file of weights', { ...small, files: ['w'] }, 'files[0]: an object; "w"'],
    [
      'a text for the calibration',
      { ...small, outputs: { score: 's' }, calibration: 'platt' },
      `calibration: ${isotonic}; "platt"`,
    ],
    [
      'an unknown method of calibration',
      { ...small, outputs: { score: 's' }, calibration: { method: 'beta' } },
      `calibration.method: 'platt' or 'isotonic'; "beta"`,
    ],
    [
      'a list of categories',
      { ...small, inputs: [{ ...text, categories: ['x'], unknownCategory: 'y' }] },
      'inputs[0].categories: an object with a list of texts for each of some features, such as { "country": ["DE", "TR"] }; an array of 1',
    ],
    [
      'categories of one feature that are none',
      { ...small, inputs: [{ ...text, categories: { a: 'x', b: ['y'] }, unknownCategory: 'y' }] },
      'inputs[0].categories.a: a list of texts, each of them once; "x"',
    ],
    [
      'too few names',
      { ...small, inputs: [{ ...text, features: ['a'], categories: { a: ['x'], b: ['y'] }, missing: { b: 'y' } }] },
      'inputs[0].features: a list of 2 texts that are not empty; an array of 1',
    ],
    [
      'a mean of another length',
      { ...small, inputs: [{ name: 'x', size: 2, mean: [1], std: [1, 1], missing: 'mean' }] },
      'inputs[0].mean: a list of 2 finite numbers; an array of 1',
    ],
    [
      'a missing size',
      { ...small, inputs: [{ name: 'x', mean: [1], std: [1], features: ['a'], shape: [1] }] },
      'inputs[0].size: an integer of at least 1; nothing',
    ],
    [
      'an unknown type',
      { ...small, inputs: [{ ...text, type: 'text', categories: { a: ['x'], b: ['y'] }, missing: 'x' }] },
      'inputs[0].type: one of "float32", "float16", "float64", "int64", "int32", "bool", "string"; "text"',
    ],
  ])('names only the cause where there is %s', (_, json, issue) => {
    expect(issuesOf(json)).toEqual([issue]);
  });
});
