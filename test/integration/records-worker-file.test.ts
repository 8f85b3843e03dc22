import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecordsOptions } from '../../src/api/records.js';
import { FraudScorer } from '../../src/index.js';
import { readRecords, recordDecisions } from '../../src/records/index.js';
import { fixtureModel, projectPath } from '../support/paths.js';

const execute = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), 'records worker # '));
afterAll(() => rmSync(folder, { recursive: true }));

const original = projectPath('dist/records-worker.js');
const mask = { fields: { '/id': 'keep' } } as const;
const model = fixtureModel('linear');

let scorer: FraudScorer;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(folder, 'd'));
  scorer = await FraudScorer.create({ model, providers: ['cpu'], workers: 1, drift: false });
});
afterEach(() => scorer.close());

const record = (workerFile: RecordsOptions['workerFile']) =>
  recordDecisions(scorer, { sink: { directory }, mask, workerFile });

/** What a program writes. */
async function run(file: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await execute(process.execPath, [file], { env: { ...process.env, ...env } });
  return stdout;
}

async function recordedIds(): Promise<(string | undefined)[]> {
  const ids = [];
  for await (const found of readRecords(directory)) if (found.kind === 'decision') ids.push(found.id);
  return ids;
}

describe('the option workerFile of recordDecisions', () => {
  it.each(['path', 'URL', 'href'] as const)('takes a copy of the worker, by its %s', async (form) => {
    const copy = join(folder, 'copied worker.mjs');
    copyFileSync(original, copy);
    const url = pathToFileURL(copy);
    const recorder = record({ path: copy, URL: url, href: url.href }[form]);
    await scorer.score({ id: 'a', features: { left: [1, 2, 3], right: [4, 5] } } as never);
    await recorder.close();
    expect(await recordedIds()).toEqual(['a']);
  });

  it.each([
    ['a file that is not there', () => join(folder, 'none.mjs'), 'no file at'],
    ['the worker that scores', () => projectPath('dist/worker.js'), "another program's file"],
    ['a URL of another kind', () => new URL('https://example.com/records-worker.js'), 'a URL of another kind'],
    ['a number', () => 5, '5'],
  ])('refuses %s at once', (_, file, reason) => {
    expect(() => record(file() as string)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTIONS',
        issues: [expect.objectContaining({ path: 'workerFile', received: expect.stringContaining(reason) })],
      }),
    );
    expect(scorer.summary()).toBeDefined();
  });

  it('ends the recording, and says what to copy, where the copy is of another version', async () => {
    const copy = join(folder, 'older.mjs');
    const source = readFileSync(original, 'utf8');
    const changed = source.replace(/packageVersion = "[^"]+"/, 'packageVersion = "0.0.9"');
    expect(changed).not.toBe(source);
    writeFileSync(copy, changed);
    const listeners = process.listenerCount('exit');
    const recorder = record(copy);
    await vi.waitFor(() => expect(recorder.summary().stalled).not.toBeNull(), 10_000);
    expect(recorder.summary().stalled?.reason).toMatch(/copy of version 0\.0\.9 of fraud-scorer\/records-worker/);
    // The thread of the other version must not go on, nor hold up the exit of the process.
    expect(process.listenerCount('exit')).toBe(listeners);
    await recorder.close();
  });
});

describe.each(['esm', 'cjs'] as const)('a host that bundles the package and records (%s)', (format) => {
  const extension = format === 'esm' ? 'mjs' : 'cjs';
  const output = join(folder, `bundle-${format}`);
  const host = `
import { FraudScorer } from ${JSON.stringify(projectPath('dist/index.js'))};
import { recordDecisions } from ${JSON.stringify(projectPath('dist/records.js'))};
async function main() {
  const { MODEL, DIRECTORY, RECORDS_WORKER } = process.env;
  const scorer = await FraudScorer.create({ model: MODEL, workers: 1, workerFile: process.env.WORKER, providers: ['cpu'] });
  try {
    recordDecisions(scorer, { sink: { directory: DIRECTORY }, mask: { fields: { '/id': 'keep' } }, workerFile: RECORDS_WORKER });
    await scorer.score({ id: 'a', features: { left: [1, 2, 3], right: [4, 5] } });
    console.log('recorded');
  } catch ({ code, message }) {
    console.log(JSON.stringify({ code, message }));
  }
  await scorer.close();
}
main();
`;

  it('records with a copy of the worker, and is told what to give without one', async () => {
    await build({
      stdin: { contents: host, resolveDir: projectPath('.') },
      outfile: join(output, `host.${extension}`),
      ...{ bundle: true, platform: 'node', format, logLevel: 'silent' },
      external: ['piscina', 'onnxruntime-node'],
    });
    symlinkSync(projectPath('node_modules'), join(output, 'node_modules'));
    copyFileSync(original, join(output, 'fraud-records-worker.mjs'));
    const env = { MODEL: model, DIRECTORY: directory, WORKER: projectPath('dist/worker.js') };
    const file = join(output, `host.${extension}`);
    const copy = { RECORDS_WORKER: join(output, 'fraud-records-worker.mjs') };
    expect(await run(file, { ...env, ...copy })).toBe('recorded\n');
    expect(await recordedIds()).toEqual(['a']);
    expect(JSON.parse(await run(file, env))).toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      message: expect.stringContaining('workerFile: expected the path or file URL of fraud-scorer/records-worker'),
    });
  });
});
