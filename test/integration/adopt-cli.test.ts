import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
    expect(await readdir(folder)).toEqual(['rows.json']);
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
    expect(await adopt('sigmoid')).toMatchObject({ code: 2, stderr: expect.stringContaining('outDirectory') });
  });
});
