import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runIn } from '../package/run-in.js';
import { projectPath } from '../support/paths.js';
import { writeRecipes } from '../support/recipes.js';

/** A project that has the built package and Vitest. `npm run test:package` runs the recipes with Jest too. */
let project: string;
let files: string[];

beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'fraud-scorer-recipes-')));
  await mkdir(join(project, 'node_modules'));
  await symlink(projectPath('.'), join(project, 'node_modules/fraud-scorer'), 'junction');
  await symlink(projectPath('node_modules/vitest'), join(project, 'node_modules/vitest'), 'junction');
  files = await writeRecipes(project);
});

afterAll(() => rm(project, { recursive: true, force: true }));

describe('the recipes of docs/testing.md', () => {
  it('are there for every test runner', () => {
    expect(files).toEqual([
      'payments.mjs',
      'node-test/payments.test.mjs',
      'vitest/payments.test.mjs',
      'jest/checkout.js',
      'jest/checkout.test.js',
    ]);
  });

  it('pass with node:test', async () => {
    const { code, stdout } = await runIn(project, process.execPath, ['--test', 'node-test/payments.test.mjs']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/pass 2\n/) });
  });

  it('pass with Vitest', async () => {
    const vitest = join(project, 'node_modules/vitest/vitest.mjs');
    const { code, stdout, stderr } = await runIn(project, process.execPath, [vitest, 'run', '--dir', 'vitest']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/3 passed/);
  });
});
