import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { projectPath } from '../support/paths.js';

let folder: string;
let out: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adopt-cli # '));
  out = join(folder, 'model');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface End {
  code: number;
  stdout: string;
  stderr: string;
}

async function adopt(name: string, ...options: string[]): Promise<End> {
  const end: End = { code: -1, stdout: '', stderr: '' };
  const output = {
    write: (text: string) => {
      end.stdout += text;
    },
    error: (text: string) => {
      end.stderr += text;
    },
  };
  const file = projectPath(`test/fixtures/adopt/${name}.onnx`);
  end.code = await runCli(['adopt', file, '--out', out, ...options], output);
  return end;
}

async function manifest(): Promise<Record<string, unknown>> {
  return JSON.parse(await readFile(join(out, 'model.json'), 'utf8'));
}

describe('fraud-scorer adopt', () => {
  it('writes the directory, says what it found and did, and ends with 0', async () => {
    const { code, stdout, stderr } = await adopt('zipmap', '--name', 'cards', '--version', '3');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`cards 3, ${out}`);
    expect(stdout).toContain('Output: "scores" as probabilities, column 1 is fraud, label 1');
    expect(stdout).toContain('Changed: removed ZipMap');
    expect(stdout).toContain('largest difference 0.0e+0');
    expect(await manifest()).toMatchObject({ name: 'cards', version: '3' });
  });

  it.each([
    ['sigmoid', 'abc', `expected 'nan' or a number, received "abc"`],
    ['pipeline', 'country=7', 'expected a text for the input "country", received 7'],
    ['pipeline', 'cuontry=none', 'or for one of "amount", "country", "age", "kind", received one for "cuontry"'],
  ])('says what --missing takes: %s with %s', async (name, value, message) => {
    const { code, stderr } = await adopt(name, '--missing', value);
    expect(code).toBe(1);
    expect(stderr).toContain(`missing: expected `);
    expect(stderr).toContain(message);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['NA', 'none', 'null', 'mean', '1e400', 'Infinity', ''])(
    'does not take --missing %j for the text of every input of text',
    async (value) => {
      const { code, stderr } = await adopt('pipeline', '--missing', value);
      expect(code).toBe(1);
      expect(stderr).toContain(
        `missing: expected 'nan' or a number (a text for one input: --missing "country=TEXT"), received ${JSON.stringify(value)}`,
      );
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('takes nan in upper and lower case, and as a text where it is given for an input of text', async () => {
    expect(await adopt('pipeline', '--missing', 'NaN')).toMatchObject({ code: 0 });
    expect(await manifest()).toMatchObject({ inputs: [{ missing: 'nan' }, {}, { missing: 'nan' }, {}] });
    expect(JSON.stringify(await manifest())).not.toContain('NaN');
    await rm(out, { recursive: true });
    expect(await adopt('pipeline', '--missing', 'country=nan', '--missing', 'age=NaN')).toMatchObject({ code: 0 });
    expect(await manifest()).toMatchObject({ inputs: [{}, { missing: 'nan' }, { missing: 'nan' }, {}] });
  });

  it('takes all that can be said on the command line', async () => {
    const named = await adopt(
      'three-classes',
      '--fraud-class',
      '2',
      '--features',
      'amount, hour',
      '--missing',
      '-1',
      '--json',
    );
    expect(JSON.parse(named.stdout)).toMatchObject({
      directory: out,
      output: { form: 'probabilities', fraudClass: { column: 2, label: 7 } },
      comparison: { rows: 16 },
    });
    expect(await manifest()).toMatchObject({ inputs: [{ features: ['amount', 'hour'], missing: -1 }] });
    await rm(out, { recursive: true });
    expect(
      await adopt('two-answers', '--output', 'stolen=probability', '--output', 'friendly=riskScore'),
    ).toMatchObject({ code: 0 });
    expect(await manifest()).toMatchObject({ outputs: { probability: 'stolen', riskScore: 'friendly' } });
    await rm(out, { recursive: true });
    expect(await adopt('distance', '--calibration', 'platt:-1.5,0.25')).toMatchObject({ code: 0 });
    expect(await manifest()).toMatchObject({ calibration: { method: 'platt', a: -1.5, b: 0.25 } });
    await rm(out, { recursive: true });
    expect(await adopt('pipeline', '--missing', 'country=none', '--missing', 'age=0')).toMatchObject({ code: 0 });
    expect(await manifest()).toMatchObject({ inputs: [{}, { missing: 'none' }, { missing: 0 }, {}] });
  });

  it('takes cases along, which must be right', async () => {
    const cases = join(folder, 'rows.json');
    const half = { fraudProbability: 0.5, riskScore: 0.5 };
    await writeFile(cases, JSON.stringify([{ features: { x: [0, 0, 0, 0] }, expected: half }]));
    expect(await adopt('sigmoid', '--cases', cases)).toMatchObject({ code: 0 });
    expect(await readdir(out)).toContain('cases.json');
    await rm(out, { recursive: true });
    await writeFile(cases, JSON.stringify([{ features: { x: [1, 0, 0, 0] }, expected: half }]));
    const wrong = await adopt('sigmoid', '--cases', cases);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/golden rows: .*expected 0\.5/) });
    expect(wrong.stderr).toContain(`${cases}: cpu: case 0: fraudProbability: expected 0.5`);
    for (const [text, fault] of [
      ['[', 'expected a JSON list of at least one case: expected JSON, found a fault at line 1, column 2'],
      ['{}', 'expected a JSON list of at least one case: found an object'],
      ['[{}]', '[0].features: expected an object, received nothing'],
    ] as const) {
      await writeFile(cases, text);
      const { code, stderr } = await adopt('sigmoid', '--cases', cases);
      expect(code).toBe(1);
      expect(stderr).toContain(`${cases}: ${fault}`);
      expect(stderr).not.toContain('.draft-');
    }
    const nowhere = await adopt('sigmoid', '--cases', join(folder, 'nowhere.json'));
    expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('nowhere.json, which can not be read') });
    expect(await readdir(folder)).toEqual(['rows.json']);
  });

  it('takes cases without a risk score, which models of one output have not', async () => {
    const cases = join(folder, 'rows.json');
    const expected = { fraudProbability: 0.5, decision: 'APPROVE' };
    await writeFile(cases, JSON.stringify([{ features: { x: [0, 0, 0, 0] }, expected }]));
    expect(await adopt('sigmoid', '--cases', cases)).toMatchObject({ code: 0 });
  });

  it.each([
    [undefined, /calibration: expected a JSON file with .*, received .*curve\.json: expected a file, found none/],
    ['{ "method": "platt", "a": 1\n', /received .*curve\.json: expected JSON, found a fault at line 2, column 1/],
    ['[1, 0]', /received .*curve\.json: expected an object, found an array of 2/],
    ['{ "method": "beta" }', /curve\.json: calibration\.method: expected 'platt' or 'isotonic', received "beta"/],
    [
      '{ "method": "platt", "a": 0 }',
      /calibration\.a: expected a finite number other than 0, received 0; calibration\.b: expected a finite number, received nothing/,
    ],
    [
      '{ "method": "isotonic", "x": [0, 0], "y": [0, 1] }',
      /calibration\.x\[1\]: expected a number above the one before/,
    ],
  ])('says what is wrong with a file of a calibration that holds %j', async (text, message) => {
    const file = join(folder, 'curve.json');
    if (text !== undefined) await writeFile(file, text);
    const { code, stderr } = await adopt('distance', '--calibration', file);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(message) });
  });

  it('calibrates probabilities where that is asked for, and else says how', async () => {
    const asked = await adopt('zipmap', '--calibration', 'platt:4,-2');
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('say so: --output scores=probabilities') });
    expect(await adopt('zipmap', '--calibration', 'platt:4,-2', '--output', 'scores=probabilities')).toMatchObject({
      code: 0,
    });
    expect(await manifest()).toMatchObject({
      outputs: { probabilities: 'scores' },
      calibration: { method: 'platt', a: 4, b: -2 },
    });
  });

  it('names features that are empty or given twice by their positions', async () => {
    const listed = await adopt('sigmoid', '--features', 'a,b,,a');
    const message =
      '--features: expected names that are not empty, each of them once, received position 3 has no name, position 4 has the name "a", as position 1 has';
    expect(listed).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
    const table = join(folder, 'train.csv');
    await writeFile(table, ',a,b,a\n1,2,3,4\n');
    const { code, stderr } = await adopt('sigmoid', '--features', table);
    expect(code).toBe(1);
    expect(stderr).toContain('train.csv: column 1 has no name, column 4 has the name "a", as column 2 has');
  });

  it('ends with 1 where the model can not be served, with the choices or the cure, and writes nothing', async () => {
    const asked = await adopt('three-classes');
    expect(asked).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('--fraud-class 2 (label 7)') });
    const { code, stdout } = await adopt('autoencoder', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      directory: null,
      error: { code: 'ERR_MODEL_INVALID', issues: [{ path: 'outputs' }] },
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    [['--output', 'stolen']],
    [['--output', 'stolen=chance']],
    [['--calibration', 'platt:1']],
    [['--calibration', 'platt:0,1']],
    [['--missing', '1', '--missing', 'x=2']],
    [['--missing', '=3']],
    [['--unknown']],
    [['--name', '']],
  ])('ends with 2 where the command was not understood: %j', async (options) => {
    const { code, stdout, stderr } = await adopt('two-answers', ...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toBe('');
    expect(await readdir(folder)).toEqual([]);
  });

  it('ends with 2 where the directory to write holds anything', async () => {
    await writeFile(join(folder, 'model'), '');
    expect(await adopt('sigmoid')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--out: expected a directory, received a file'),
    });
    await rm(out);
    await mkdir(out);
    await writeFile(join(out, 'a'), '');
    const message = '--out: expected a directory that is empty or not there, received one that holds 1 file or folder';
    expect(await adopt('sigmoid')).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});
