import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { fixtureModel, projectPath } from '../support/paths.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'types-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const code = await runCli(args, {
    write: (text) => {
      written.out += text;
    },
    error: (text) => {
      written.err += text;
    },
  });
  return { code, ...written };
}

/** What the compiler says of a host that uses the types of a model beside it, a line for each problem. */
async function problemsOf(model: 'typed' | 'missing', host: string): Promise<string[]> {
  const { out } = await run('types', fixtureModel(model));
  await writeFile(join(directory, 'features.d.ts'), out);
  const path = join(directory, 'host.ts');
  const lines = [
    "import type { FraudScorer } from 'fraud-scorer';",
    "import type { Features } from './features.js';",
    'declare const scorer: FraudScorer<Features>;',
    host,
  ];
  await writeFile(path, lines.join('\n'));
  const program = ts.createProgram([path], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    typeRoots: [projectPath('node_modules/@types')],
    types: ['node'],
    paths: { 'fraud-scorer': [projectPath('dist/index.d.ts')] },
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n').split('\n').join(' '));
}

const calls = {
  typed: 'half: [1, 2], double: 1, big: 3n, small: 1, flag: true, sequence: new Float32Array(6), single: 1',
};

describe('fraud-scorer types', () => {
  it('writes types that take what the model takes, in all forms', async () => {
    const typed = `
      scorer.score({ features: { ${calls.typed}, text: ['DE', null] } });
      scorer.score({ features: { ${calls.typed}, text: { country: 'FR' } } });
      scorer.score({ features: { ${calls.typed.replace('[1, 2]', '{ h0: 1, h1: 2 }')}, text: { country: 'TR', sex: 'male' } } });`;
    expect(await problemsOf('typed', typed)).toEqual([]);
    const missing = `
      scorer.score({ features: { amount: 1, country: 'DE' } });
      scorer.scoreMany([{ features: { X: [1, 2, 'DE'] } }, { features: { X: { country: 1, hour: null }, age: 3 } }]);`;
    expect(await problemsOf('missing', missing)).toEqual([]);
  }, 60_000);

  it('writes types that refuse a misspelt name, and a value of another kind', async () => {
    const misspelt = await problemsOf('missing', "scorer.score({ features: { amuont: 1, country: 'DE' } });");
    expect(misspelt.join()).toContain('amuont');
    expect(await problemsOf('missing', 'scorer.score({ features: { amount: 1 } });')).toHaveLength(1);
    expect(await problemsOf('missing', "scorer.score({ features: { amount: '1', country: 'DE' } });")).toHaveLength(1);
    expect(
      await problemsOf('typed', `scorer.score({ features: { ${calls.typed}, text: { country: 5 } } });`),
    ).toHaveLength(1);
  }, 60_000);

  it('writes a file where it is asked to', async () => {
    const file = join(directory, 'own.d.ts');
    expect(await run('types', fixtureModel('missing'), '--out', file)).toEqual({ code: 0, out: `${file}\n`, err: '' });
    expect(await readFile(file, 'utf8')).toBe((await run('types', fixtureModel('missing'))).out);
  });

  it('ends with 1 where there is no model, or the file cannot be written', async () => {
    expect(await run('types', directory)).toMatchObject({ code: 1, out: '' });
    const nowhere = join(directory, 'nowhere', 'own.d.ts');
    const { code, out, err } = await run('types', fixtureModel('missing'), '--out', nowhere);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain("can't be written (ENOENT)");
    expect(await run('types')).toMatchObject({ code: 2 });
  });
});
