import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { writeRecipes } from '../support/recipes.js';
import { environmentOfAnyone } from './install.js';
import { runIn } from './run-in.js';

const run = promisify(execFile);

/** A host's project of its own, with Jest: too many packages for a development dependency of this one. */
let project: string;

beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'fraud-scorer-testing-')));
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'host', private: true, type: 'commonjs' }));
  await writeRecipes(project);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', inject('tarball').path, 'jest@30'], {
    cwd: project,
    env: { ...environmentOfAnyone(), ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
});

afterAll(() => rm(project, { recursive: true, force: true }));

describe('the recipes of docs/testing.md, with the installed package', () => {
  it('pass with Jest, which ends by itself', async () => {
    const jest = join(project, 'node_modules/jest/bin/jest.js');
    const { code, stderr } = await runIn(project, process.execPath, [jest, '--ci', '--rootDir', join(project, 'jest')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/Tests: +2 passed, 2 total/) });
    expect(stderr).not.toMatch(/did not exit/);
  });

  it('pass with node:test', async () => {
    const { code } = await runIn(project, process.execPath, ['--test', 'node-test/payments.test.mjs']);
    expect(code).toBe(0);
  });
});
