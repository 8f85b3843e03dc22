import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { FraudScorer, type Logger } from '../../src/index.js';
import { projectPath } from '../support/paths.js';

const run = promisify(execFile);
const model = projectPath('models/visa-fraud/1');
const [esm, cjs] = ['index.js', 'index.cjs'].map((name) => JSON.stringify(projectPath(`dist/${name}`)));

/** Runs a host in a process of its own: `open` creates a scorer and closes it again. */
async function stderrOf(host: string, ...flags: string[]): Promise<string> {
  const program = `
    import { createRequire } from 'node:module';
    import * as esm from ${esm};
    const cjs = createRequire(import.meta.url)(${cjs});
    const open = async (FraudScorer, options) =>
      (await FraudScorer.create({ workers: 1, providers: ['cpu'], ...options })).close();
    ${host}
  `;
  const { stderr } = await run(process.execPath, [...flags, '--input-type=module', '--eval', program], {
    cwd: projectPath('.'),
  });
  return stderr;
}

const warning =
  /^\(node:\d+\) \[FRAUD_SCORER_DEMO_MODEL\] Warning: No `model` was given: .* must not decide over customers.*\n\(Use/;

describe('create without a model', () => {
  it('warns the process once, whichever form of the package is loaded how often', async () => {
    const stderr = await stderrOf('for (const form of [esm, cjs, esm]) await open(form.FraudScorer, {});');
    expect(stderr).toMatch(warning);
    expect(stderr.match(/DEMO_MODEL/g)).toHaveLength(1);
  });

  it('warns by a code that a host may switch off', async () => {
    expect(await stderrOf('await open(esm.FraudScorer, {});', '--disable-warning=FRAUD_SCORER_DEMO_MODEL')).toBe('');
  });

  it("warns by the host's logger where there is one, and the process not at all", async () => {
    const stderr = await stderrOf(`
      const logger = { info() {}, error() {}, warn: (message, { code }) => console.log(message, code) };
      await open(esm.FraudScorer, { logger });
    `);
    expect(stderr).toBe('');
    const lines: unknown[][] = [];
    const logger: Logger = { info: () => {}, error: () => {}, warn: (...line) => lines.push(line) };
    for (const _ of [1, 2]) {
      const scorer = await FraudScorer.create({ workers: 1, providers: ['cpu'], logger });
      await scorer.close();
    }
    const line = [expect.stringContaining('must not decide over customers'), { code: 'FRAUD_SCORER_DEMO_MODEL' }];
    expect(lines).toEqual([line, line]);
  });

  it('does not warn a host that names a model, be it the same', async () => {
    expect(await stderrOf(`await open(esm.FraudScorer, { model: ${JSON.stringify(model)} });`)).toBe('');
  });

  it('does not warn where it fails', async () => {
    expect(await stderrOf("await open(esm.FraudScorer, { workerFile: 'nowhere' }).catch(() => {});")).toBe('');
  });
});
