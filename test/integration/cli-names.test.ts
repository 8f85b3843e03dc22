import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { ModelInvalidError } from '../../src/errors.js';
import { openModelDirectory } from '../../src/models/model-directory.js';
import { modelWith } from '../support/model-with.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-names-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const add = (more: string): void => {
    text += more;
  };
  return { code: await runCli(args, { write: add, error: add }), text };
}

/** A line of its own, a change of the terminal, and the 8-bit form of an escape sequence. */
const forged = 'cards\nAll is well.\u001b[2J\u009b31m';
const shown = 'cards\\nAll is well.\\u001b[2J\\u009b31m';

describe('a name with control characters', () => {
  it("of a model reaches no terminal as it is, neither as text nor as JSON nor in the model's types", async () => {
    const model = await modelWith(folder, 'linear', { name: forged });
    const { text } = await run('check', model);
    expect(text.split('\n')[0]).toBe(`${shown} 1, ${model}`);
    const json = await run('check', model, '--json');
    expect(json.text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(JSON.parse(json.text)).toMatchObject({ model: { name: forged } });
    expect((await run('types', model)).text.split('\n')[0]).toContain('cards All is well.\\u001b[2J\\u009b31m');
  });

  it('of a directory or an option is escaped in the error', async () => {
    for (const args of [
      ['check', forged],
      ['profile', forged],
      ['adopt', forged, '--out', join(folder, 'out')],
      ['check', folder, `--${forged}`],
    ]) {
      const { code, text } = await run(...args);
      expect(code).toBeGreaterThan(0);
      expect(text).not.toMatch(/[^\P{Cc}\n]/u);
      expect(text).toContain('All is well.\\u001b[2J');
    }
  });

  it('of the manifest is escaped in the errors of the library', async () => {
    const outputs = { probability: 'p', [forged]: 'x' };
    const model = await modelWith(folder, 'linear', { outputs });
    const error = await openModelDirectory(model).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelInvalidError);
    expect(error).toMatchObject({ issues: [{ path: `outputs.${shown}` }] });
    expect(String(error)).toContain(`outputs.${shown}: expected`);
  });
});
