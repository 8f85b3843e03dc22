import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';

interface Finished {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs the program as `npm run example:deployments` does. */
function tell(...args: string[]): Promise<Finished> {
  const program = ['--import', 'tsx', projectPath('examples/deployments/main.ts')];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...program, ...args],
      { cwd: projectPath('.') },
      (_error, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('the story of deployments', () => {
  it('goes as told', async () => {
    const { exitCode, stdout, stderr } = await tell('--quick', '--patience', '60');
    expect(stdout).not.toContain('✗');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const chapter of [1, 2, 3, 4, 5, 6, 7, 8]) expect(stdout).toMatch(new RegExp(`^${chapter}\\. `, 'm'));
    expect(stdout).toMatch(/✓ it broke maxBlockRateChange/);
    expect(stdout).toMatch(/✓ version 2 has taken over/);
    expect(stdout).toMatch(/All went as told\.\n$/);
    expect(stdout).not.toContain('\u001b');
  }, 120_000);

  it('ends with 1 where it does not go as told', async () => {
    // So few requests that the shadow has not enough to compare in time.
    const { exitCode, stdout } = await tell('--quick', '--rate', '200', '--patience', '3');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✗ 2000 copies are compared/);
    expect(stdout).toMatch(
      /Not all went as told:\n {2}✗ 2\. A shadow with other features: 2000 copies are compared\n$/,
    );
  }, 60_000);

  it.each([
    ['--rate', 'many'],
    ['--patience', '0'],
    ['--slow', ''],
  ])('refuses %s %s in one line', async (...args) => {
    const { exitCode, stdout, stderr } = await tell(...args.filter((arg) => arg !== ''));
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]+\n$/);
  });
});
