import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as ort from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdoptionReport, type AdoptModelOptions, adoptModel } from '../../src/index.js';
import { projectPath } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

let folder: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adopt # '));
  out = join(folder, 'model');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function graph(name: string): string {
  return projectPath(`test/fixtures/adopt/${name}.onnx`);
}

async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

interface Adopted {
  report: AdoptionReport;
  manifest: Record<string, unknown>;
}

async function adopt(name: string, options: AdoptModelOptions = {}): Promise<Adopted> {
  const report = await adoptModel(graph(name), out, options);
  return { report, manifest: JSON.parse(await readFile(join(out, 'model.json'), 'utf8')) };
}

/** Refused with one issue, and nothing is left behind. */
async function refusal(name: string, options: AdoptModelOptions = {}): Promise<string> {
  const error: unknown = await adopt(name, options).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ERR_MODEL_INVALID', issues: [{ path: expect.any(String) }] });
  expect(await readdir(folder)).toEqual([]);
  return String(error);
}

/** An output of the graph that was written, for rows of one input. */
async function run(output: string, feeds: Record<string, ort.Tensor>): Promise<number[]> {
  const session = await ort.InferenceSession.create(await readFile(join(out, 'model.onnx')), { logSeverityLevel: 4 });
  const results = await session.run(feeds, [output]);
  await session.release();
  return Array.from(results[output]?.data as Float32Array);
}

const rowsOf4 = [1, 2, 3, 4, -1, 0.5, 0, 2, 0.25, 0.25, 8, -3];
const three = (type: 'float32' | 'float64' = 'float32', dims: number[] = [3, 4]): ort.Tensor =>
  type === 'float32'
    ? new ort.Tensor('float32', Float32Array.from(rowsOf4), dims)
    : new ort.Tensor('float64', Float64Array.from(rowsOf4), dims);

/** The softmax of x · w2, as `make_graphs.py` has it: the second column of each row. */
const expected = [0, 1, 2].map((row) => {
  const [a = 0, b = 0, c = 0, d = 0] = rowsOf4.slice(4 * row, 4 * row + 4);
  return 1 / (1 + Math.exp(a - 2 * b + 0.5 * c + 0.25 * d - (-a + 0.5 * c + d)));
});
const fraudOf = (probabilities: number[]): number[] => probabilities.filter((_, index) => index % 2 === 1);
const near = (values: number[]): unknown[] => values.map((value) => expect.closeTo(value, 6));

describe('adoptModel, of a graph that needs no change', () => {
  it('writes the file as it is, with a manifest that says from where', async () => {
    const { report, manifest } = await adopt('sigmoid', { name: 'risk', version: '7' });
    const sha256 = await sha256Of(graph('sigmoid'));
    expect(manifest).toEqual({
      name: 'risk',
      version: '7',
      file: 'model.onnx',
      sha256,
      inputs: [{ name: 'x', size: 4 }],
      outputs: { probability: 'p' },
      adopted: { file: 'sigmoid.onnx', sha256, changes: [] },
    });
    expect(report).toMatchObject({ directory: out, changes: [], comparison: null, batch: 'any' });
    expect(await readdir(folder)).toEqual(['model']);
    expect(await sha256Of(join(out, 'model.onnx'))).toBe(sha256);
  });

  it('names the model by its file, and tells its steps', async () => {
    const steps: string[] = [];
    const { manifest } = await adopt('no-width', { onStep: (step) => steps.push(step) });
    expect(manifest).toMatchObject({ name: 'no-width', version: '1', inputs: [{ name: 'x', size: 4 }] });
    expect(steps[0]).toBe('reading the file');
    expect(steps).toContain('checking the directory');
  });

  it('takes an output of a layer without an activation for a logit', async () => {
    expect((await adopt('logit')).manifest).toMatchObject({ outputs: { logit: 'output' } });
  });

  it('has a manifest for inputs of all ranks and types', async () => {
    const { manifest } = await adopt('columns');
    expect(manifest.inputs).toEqual([
      { name: 'amount', size: 1, features: ['amount'], shape: [] },
      { name: 'is_new', size: 1, features: ['is_new'], type: 'bool', shape: [] },
      { name: 'category', size: 1, features: ['category'], type: 'int64', shape: [] },
    ]);
  });
});

describe('adoptModel, of a graph that ends in ZipMap', () => {
  it('has the graph give the probabilities, and keeps the labels', async () => {
    const { report, manifest } = await adopt('zipmap');
    expect(manifest).toMatchObject({
      outputs: { probabilities: 'scores', fraudClass: 1, classes: [0, 1] },
      adopted: { changes: [expect.stringContaining('removed ZipMap')] },
    });
    expect(report.comparison).toEqual({ rows: 16, largestDifference: 0 });
    const x = new ort.Tensor('float32', Float32Array.of(1, 2, 3, -1), [2, 2]);
    // softmax of [x · (1, -2), x · (0.5, 1)]
    const fraud = [1 / (1 + Math.exp(-3 - 2.5)), 1 / (1 + Math.exp(5 - 0.5))];
    expect(fraudOf(await run('scores', { x }))).toEqual(near(fraud));
  });

  it('frees the axis of rows, of the oldest files too, and reads text labels', async () => {
    const { manifest } = await adopt('old-text-labels', { fraudClass: 'legit' });
    expect(manifest).toMatchObject({
      outputs: { probabilities: 'scores', fraudClass: 0, classes: ['legit', 'stolen'] },
      adopted: { changes: [expect.stringContaining('ZipMap'), expect.stringContaining('fixed at 1')] },
    });
    const x = new ort.Tensor('float32', new Float32Array(6), [3, 2]);
    expect(await run('scores', { x })).toHaveLength(6);
  });

  it('asks which class is fraud where there are three, or the first looks like it; a number is a column, a text a label', async () => {
    expect(await refusal('three-classes')).toMatch(/--fraud-class 0 \(label 3\), --fraud-class 1 \(label 5\)/);
    expect(await refusal('three-classes', { fraudClass: 3 })).toContain('--fraud-class 2 (label 7)');
    expect(await refusal('three-classes', { fraudClass: '4' })).toContain('--fraud-class 2 (label 7)');
    expect(await refusal('fraud-first')).toContain('--fraud-class 0 (label "fraud")');
    const { manifest } = await adopt('three-classes', { fraudClass: '7' });
    expect(manifest).toMatchObject({ outputs: { fraudClass: 2, classes: [3, 5, 7] } });
  });
});

describe('adoptModel, of a pipeline with an input for each column', () => {
  const text = { size: 1, type: 'string' };

  it('reads the texts of the encoders, and takes missing values where there is an imputer', async () => {
    const { report, manifest } = await adopt('pipeline');
    expect(report.notes).toContainEqual(expect.stringMatching(/^country: unknown texts count as none of those/));
    expect(manifest.inputs).toEqual([
      { name: 'amount', size: 1, features: ['amount'], missing: 'nan' },
      {
        ...text,
        name: 'country',
        features: ['country'],
        categories: { country: ['DE', 'TR', 'US'] },
        unknownCategory: '',
      },
      { name: 'age', size: 1, features: ['age'], missing: 'nan' },
      { ...text, name: 'kind', features: ['kind'], categories: { kind: ['web', 'shop'] } },
    ]);
  });

  it('takes a text that is not in the list only where the encoder ignores such texts', async () => {
    const { manifest } = await adopt('strict-encoder');
    expect(manifest.inputs).toEqual([
      { ...text, name: 'country', features: ['country'], categories: { country: ['DE', 'TR'] } },
    ]);
  });

  it('takes a text for missing texts beside', async () => {
    const { manifest } = await adopt('pipeline', { missing: { country: 'none', age: 0 } });
    expect(manifest.inputs).toMatchObject([{}, { missing: 'none' }, { missing: 0 }, { name: 'kind' }]);
  });

  it('is refused where no encoder lists the texts', async () => {
    expect(await refusal('free-text')).toMatch(/"text".*OneHotEncoder/);
  });
});

describe('adoptModel, of a fixed number of rows', () => {
  it.each(['one-row', 'four-rows'])('frees it where the operators allow: %s', async (name) => {
    const { report, manifest } = await adopt(name);
    expect(manifest).not.toHaveProperty('batch');
    expect(report.changes).toEqual([expect.stringContaining('freed the axis of rows')]);
    expect(fraudOf(await run('probs', { x: three() }))).toEqual(near(expected));
  });

  it('leaves it where they do not, and has rows run alone, or batches filled up', async () => {
    const { report, manifest } = await adopt('one-row-inside');
    expect(manifest).toMatchObject({ batch: 'alone', inputs: [{ name: 'x', size: 4, shape: [2, 2] }] });
    expect(report.notes).toContainEqual(expect.stringContaining('fixed at 1'));
    await rm(out, { recursive: true });
    const four = await adopt('four-rows-inside');
    expect(four.manifest).not.toHaveProperty('batch');
    expect(four.report.notes).toContainEqual(expect.stringContaining('fixed at 4'));
  });

  it('has rows run alone where the graph takes one, whatever it declares', async () => {
    expect((await adopt('one-row-secretly')).manifest).toMatchObject({ batch: 'alone' });
  });

  it('has rows run alone where they depend on their neighbours', async () => {
    const report = await adoptModel(projectPath('test/fixtures/models/dynamic-int8/model.onnx'), out);
    expect(report.batch).toBe('alone');
    expect(report.notes).toContainEqual(expect.stringMatching(/"batch": "alone".*dynamic quantisation/));
  });
});

describe('adoptModel, of other types of numbers', () => {
  it('converts float16 outside, to the bit', async () => {
    const { report } = await adopt('float16');
    expect(report.comparison).toEqual({ rows: 16, largestDifference: 0 });
    const scores = await run('probs', { x: three() });
    // Each has the 11 bits of a float16, as the original's had.
    const lastBits = scores.map((score) => (score / 2 ** (Math.floor(Math.log2(score)) - 10)) % 1);
    expect(lastBits).toEqual(scores.map(() => 0));
    expect(fraudOf(scores)).toEqual(expected.map((value) => expect.closeTo(value, 2)));
  });

  it('leaves the precision of float64 inputs', async () => {
    expect((await adopt('float64')).manifest).toMatchObject({ inputs: [{ name: 'x', size: 4, type: 'float64' }] });
    expect(fraudOf(await run('probs', { x: three('float64') }))).toEqual(near(expected));
  });
});

describe('adoptModel, of weights in other files', () => {
  it('lists those of initializers under plain names with their sha256, and takes in those of nodes', async () => {
    const { manifest } = await adopt('weights');
    expect(manifest.files).toEqual([
      { file: 'weights.bin', sha256: await sha256Of(graph('parts/weights').replace('.onnx', '.bin')) },
    ]);
    expect(new Set(await readdir(out))).toEqual(new Set(['model.json', 'model.onnx', 'weights.bin']));
  });

  it('refuses a path that leaves the directory', async () => {
    expect(await refusal('weights-elsewhere')).toContain('../adopt/parts/weights.bin');
  });
});

describe('adoptModel, where the graph leaves a choice', () => {
  it('lists the choices, and takes one', async () => {
    expect(await refusal('two-answers')).toMatch(/--output stolen=probability .*--output friendly=probability/);
    expect(await refusal('riddle')).toMatch(/--output output=logit .*--output output=score/);
    const { manifest } = await adopt('two-answers', { outputs: { stolen: 'probability', friendly: 'riskScore' } });
    expect(manifest.outputs).toEqual({ probability: 'stolen', riskScore: 'friendly' });
  });

  it('refuses a form that an output has not, and an output that is not there', async () => {
    expect(await refusal('two-answers', { outputs: { stolen: 'logits' } })).toContain('two or more numbers a row');
    expect(await refusal('two-answers', { outputs: { other: 'logit' } })).toContain('one of "stolen", "friendly"');
  });

  it('asks for a calibration for a distance, and takes one', async () => {
    expect(await refusal('distance')).toMatch(/calibration: .*platt:A,B.*"error"/);
    const calibration = { method: 'platt', a: 2, b: -1 } as const;
    const { manifest } = await adopt('distance', { calibration });
    expect(manifest).toMatchObject({ outputs: { score: 'error' }, calibration });
    await rm(out, { recursive: true });
    const isotonic = { method: 'isotonic', x: [0, 1, 4], y: [0, 0.5, 1] };
    await writeFile(join(folder, 'calibration.json'), JSON.stringify(isotonic));
    const other = await adopt('distance', { calibration: join(folder, 'calibration.json') });
    expect(other.manifest).toMatchObject({ calibration: isotonic });
  });

  it('refuses what has no score, with what is missing', async () => {
    expect(await refusal('autoencoder')).toContain('add the distance of the output from the input');
    expect(await refusal('labels-only')).toContain('export the model with its probabilities');
  });
});

describe('adoptModel, of inputs that can not be read', () => {
  it.each([
    ['no-width-at-all', /--features a,b,c/],
    ['open-sequence', /make_dynamic_shape_fixed/],
    ['no-rows', /no axis of rows/],
  ])('is refused with the cure: %s', async (name, cure) => {
    expect(await refusal(name)).toMatch(cure);
  });

  it('learns the size of a row from names, and takes them from the header of a table', async () => {
    const { manifest } = await adopt('no-width-at-all', { features: ['a', 'b', 'c'] });
    expect(manifest.inputs).toEqual([{ name: 'x', size: 3, features: ['a', 'b', 'c'] }]);
    await rm(out, { recursive: true });
    const csv = join(folder, 'train.csv.gz');
    await writeFile(csv, gzipSync(`"amount";"hour, local";age;days;is_fraud\n${'1;2;3;4;0\n'.repeat(1_000)}`));
    const { report, manifest: other } = await adopt('sigmoid', { features: csv });
    expect(other.inputs).toEqual([{ name: 'x', size: 4, features: ['amount', 'hour, local', 'age', 'days'] }]);
    expect(report.notes).toContainEqual(expect.stringContaining('is_fraud'));
  });

  it('refuses a header whose names are not UTF-8, and does not look at the rows below', async () => {
    const csv = join(folder, 'train.csv');
    await writeFile(csv, Buffer.from('größe,hour,age,days\n1,2,3,4\n', 'latin1'));
    const error: unknown = await adopt('sigmoid', { features: csv }).catch((reason: unknown) => reason);
    expect(String(error)).toContain('train.csv: expected UTF-8 text, found bytes that are not UTF-8');
    await writeFile(csv, Buffer.from('amount,hour,age,days\n1,2,3,ä\n', 'latin1'));
    const { manifest } = await adopt('sigmoid', { features: csv });
    expect(manifest.inputs).toMatchObject([{ features: ['amount', 'hour', 'age', 'days'] }]);
    await rm(out, { recursive: true });
    await writeFile(csv, 'a\ufffd,b,c,d\n');
    const { manifest: other } = await adopt('sigmoid', { features: csv });
    expect(other.inputs).toMatchObject([{ features: ['a\ufffd', 'b', 'c', 'd'] }]);
  });

  it('refuses more or fewer names than features', async () => {
    expect(await refusal('sigmoid', { features: ['a', 'b'] })).toMatch(/features: expected 4 names.*received 2/);
  });

  it('refuses a value for missing features that has no score, or that no input holds', async () => {
    expect(await refusal('sigmoid', { missing: 'nan' })).toMatch(/missing: .*NaN.*--missing 0/);
    expect(await refusal('sigmoid', { missing: 'none' })).toContain('missing');
    expect((await adopt('sigmoid', { missing: -1 })).manifest).toMatchObject({ inputs: [{ missing: -1 }] });
  });
});

describe('adoptModel, of files that are no ONNX graph', () => {
  it.each([
    ['an empty file', Buffer.alloc(0), /an empty file/],
    ['a pointer of Git LFS', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'), /git lfs pull/],
    ['a pickle', Buffer.from([0x80, 4, 0x95, 1, 2, 3]), /pickle/],
    ['a web page', Buffer.from('\n<!DOCTYPE html><html></html>'), /web page/],
    ['text', Buffer.from('amount,hour\n1,2\n'), /another kind of file/],
  ])('is refused: %s', async (_, bytes, reason) => {
    const file = join(folder, 'file.onnx');
    await writeFile(file, bytes);
    await expect(adoptModel(file, out)).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      message: expect.stringMatching(reason),
    });
    expect(await readdir(folder)).toEqual(['file.onnx']);
  });

  it('is refused where the file is cut off, and where there is none', async () => {
    const whole = await readFile(graph('pipeline'));
    const file = join(folder, 'file.onnx');
    for (const length of [1, 100, 500, whole.length - 1]) {
      await writeFile(file, whole.subarray(0, length));
      await expect(adoptModel(file, out)).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
    }
    await expect(adoptModel(join(folder, 'nowhere.onnx'), out)).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
    expect(await readdir(folder)).toEqual(['file.onnx']);
  });
});

describe('adoptModel, of wrong options', () => {
  it('names each, before anything is read', async () => {
    const options = untyped<AdoptModelOptions>({
      version: 1,
      fraudClass: -1,
      outputs: { p: 'risk' },
      calibration: { method: 'platt', a: 0, b: 0 },
      other: 1,
    });
    await expect(adoptModel(graph('sigmoid'), out, options)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      issues: ['calibration', 'outputs', 'version', 'fraudClass', 'other'].map((path) => ({ path })),
    });
    await writeFile(join(folder, 'there'), '');
    await expect(adoptModel(graph('sigmoid'), folder)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    await expect(adoptModel(graph('sigmoid'), out, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    expect(await readdir(folder)).toEqual(['there']);
  });
});
