import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';

let root: string;
let project: string;

// `.ci/run` in a project of its own, where every program that it calls does nothing and succeeds.
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'fraud-scorer-ci-'));
  project = join(root, 'project');
  await mkdir(join(project, '.ci'), { recursive: true });
  await mkdir(join(root, 'bin'));
  await copyFile(projectPath('.ci/run'), join(project, '.ci/run'));
  await writeFile(join(project, 'package-lock.json'), '{}');
  for (const program of ['npm', 'node', 'prometheus', 'promtool', 'chromium', 'apt-get']) {
    await writeFile(join(root, 'bin', program), '#!/bin/sh\nexit 0\n');
    await chmod(join(root, 'bin', program), 0o755);
  }
});

afterAll(() => rm(root, { recursive: true, force: true }));

function runCi(env: Record<string, string>): Promise<{ code: number; stdout: string }> {
  const path = `${join(root, 'bin')}:/usr/bin:/bin`;
  return new Promise((resolve) => {
    const child = execFile('bash', ['.ci/run'], { cwd: project, env: { PATH: path, ...env } }, (_, stdout) =>
      resolve({ code: child.exitCode ?? -1, stdout }),
    );
  });
}

async function putSharedData(): Promise<void> {
  for (const file of ['data/handbook-2018-04-05.csv.gz', 'golden/cases.json']) {
    await mkdir(join(root, 'shared', file, '..'), { recursive: true });
    await writeFile(join(root, 'shared', file), '');
  }
}

describe.skipIf(process.platform === 'win32')('.ci/run', () => {
  it('leaves out what needs the shared data where there are none, and lists it', async () => {
    const { code, stdout } = await runCi({});
    expect(stdout).toMatch(/SKIPPED, as it needs \.\.\/shared: replay of the handbook\n/);
    expect(stdout).toMatch(/\n\d+ passed, 0 failed\n$/);
    expect(code).toBe(0);
  });

  it('fails without the shared data where CI is set', async () => {
    const { code, stdout } = await runCi({ CI: '1' });
    expect(stdout).toMatch(/FAILED: the shared data are there\n0 passed, 1 failed\n$/);
    expect(code).toBe(1);
  });

  it.each([{}, { CI: '1' }])('leaves nothing out where the shared data are there (%o)', async (env) => {
    await putSharedData();
    const { code, stdout } = await runCi(env);
    await rm(join(root, 'shared'), { recursive: true });
    expect(stdout).not.toContain('SKIPPED');
    expect(stdout).toContain('--- replay of the handbook: passed');
    expect(code).toBe(0);
  });

  it('fails where some of the shared data are missing', async () => {
    await mkdir(join(root, 'shared'));
    const { code, stdout } = await runCi({});
    await rm(join(root, 'shared'), { recursive: true });
    expect(stdout).toContain('FAILED: the shared data are there');
    expect(code).toBe(1);
  });
});
