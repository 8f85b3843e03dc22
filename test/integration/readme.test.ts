import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';

const run = promisify(execFile);

/** The first block of JavaScript of a page. */
function exampleOf(page: string): string {
  const text = readFileSync(projectPath(page), 'utf8');
  return /```js\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
}

const linesOf = (code: string): string[] => code.split('\n').filter((line) => line.trim() !== '');

/** In the project's root the package's own name resolves to what was built. */
function runExample(code: string): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, ['--trace-warnings', '--input-type=module', '--eval', code], { cwd: projectPath('.') });
}

describe('the README', () => {
  it('has fewer than 1,200 words', () => {
    const words = readFileSync(projectPath('README.md'), 'utf8').trim().split(/\s+/);
    expect(words.length).toBeLessThan(1_200);
  });

  it('scores a literal transaction in 12 lines at most, which run as they stand', async () => {
    const example = exampleOf('README.md');
    expect(linesOf(example).length).toBeGreaterThan(5);
    expect(linesOf(example).length).toBeLessThanOrEqual(12);
    const { stdout, stderr } = await runExample(example);
    expect(stdout).toMatch(/^BLOCK \{ fraudProbability: 1, riskScore: \d/);
    expect(stderr).toBe('');
  });
});

describe('the page on getting started', () => {
  it('has an example of 15 lines at most that runs as it stands', async () => {
    const example = exampleOf('docs/getting-started.md');
    expect(linesOf(example).length).toBeLessThanOrEqual(15);
    const { stdout, stderr } = await runExample(example);
    expect(stdout).toMatch(/(REVIEW|BLOCK)/);
    expect(stdout).toMatch(/p99: \d/);
    expect(stderr).toBe('');
  });
});
