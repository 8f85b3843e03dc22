import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';

const run = promisify(execFile);

describe('the README', () => {
  const readme = readFileSync(projectPath('README.md'), 'utf8');
  const example = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';

  it('has an example of 15 lines at most that runs as it stands', async () => {
    const lines = example.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.length).toBeLessThanOrEqual(15);
    // In the project's root the package's own name resolves to what was built.
    const args = ['--trace-warnings', '--input-type=module', '--eval', example];
    const { stdout, stderr } = await run(process.execPath, args, { cwd: projectPath('.') });
    expect(stdout).toMatch(/(REVIEW|BLOCK)/);
    expect(stdout).toMatch(/p99: \d/);
    expect(stderr).toBe('');
  });
});
