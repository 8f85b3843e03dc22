import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer, profileModel } from '../../src/index.js';
import { fixtureModel, projectPath } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const model = fixtureModel('sqrt');
const worker = projectPath('dist/worker.js');
const toolWorker = projectPath('dist/tool-worker.js');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'strangers-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

function written(source: string, extension = 'mjs'): string {
  files += 1;
  const path = join(folder, `stranger-${files}.${extension}`);
  writeFileSync(path, source);
  return path;
}

/** A copy of a worker that takes itself for one of another version, with the packages of this project. */
function ofVersion(version: string, original: string): string {
  const source = readFileSync(original, 'utf8');
  const changed = source.replace(/packageVersion = "[^"]+"/, `packageVersion = "${version}"`);
  expect(changed).not.toBe(source);
  return written(changed);
}

const strangers: [what: string, source: string, extension?: string][] = [
  ['a file without a handler', 'setInterval(() => {}, 1_000);'],
  ['a CommonJS file without a handler', 'setInterval(() => {}, 1_000);', 'cjs'],
  ['a handler that gives tasks back', 'export default async (task) => task;'],
  ['a handler that answers like a worker of tools', 'export default async () => ({ result: null });'],
  ['a handler that answers nothing', 'export default async () => null;'],
  ['an empty file', ''],
  [
    'a file that posts messages of its own',
    "import { parentPort } from 'node:worker_threads'; parentPort.postMessage({ kind: 'started' }); parentPort.on('message', () => {});",
  ],
  ['a file that ends at once', 'process.exit(0);'],
  ['a handler that rejects later', "export default Promise.resolve(() => { throw new Error('of the host'); });"],
];

describe('a file that is not the worker', () => {
  it.each(strangers)('is refused as workerFile: %s', async (_, source, extension) => {
    const workerFile = written(source, extension);
    const listeners = process.listenerCount('exit');
    const error: unknown = await FraudScorer.create({ model, workers: 2, workerFile }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS', issues: [{ path: 'workerFile' }] });
    expect(String(error)).toContain('fraud-scorer/worker');
    expect(String(error)).toContain(workerFile);
    // None of its threads is left.
    expect(process.listenerCount('exit')).toBe(listeners);
  });

  it.each(strangers)(
    "is refused as toolWorkerFile, by batching: 'auto' and by profileModel: %s",
    async (_, source, extension) => {
      const toolWorkerFile = written(source, extension);
      const refused = { code: 'ERR_INVALID_OPTIONS', issues: [{ path: 'toolWorkerFile' }] };
      const options = { model, workers: 1, batching: 'auto', providers: ['cpu'], toolWorkerFile } as const;
      await expect(FraudScorer.create(options)).rejects.toMatchObject(refused);
      await expect(profileModel(model, { providers: ['cpu'], toolWorkerFile })).rejects.toMatchObject(refused);
    },
  );

  it.each([
    ["another version's worker", () => ofVersion('0.0.1', worker), 'that worker, of version 0.0.1'],
    ["the tools' worker", () => toolWorker, 'the other worker, fraud-scorer/tool-worker'],
    [
      'a worker of a version that said no hello',
      () =>
        written(
          "import { parentPort, threadId } from 'node:worker_threads';\n" +
            "parentPort.postMessage({ kind: 'ready', threadId, provider: 'cpu', trials: [], graph: { inputs: [], outputs: [] }, attentionWidth: 0 });\n" +
            'export default async () => ({ inferenceMs: 1, provider: "cpu" });',
        ),
      'that worker, of an older version',
    ],
  ])('is named: %s', async (_, make, received) => {
    const error: unknown = await FraudScorer.create({ model, workers: 1, workerFile: make() }).catch(
      (reason) => reason,
    );
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    expect(String(error)).toContain(`received ${received}`);
  });

  it('is named as toolWorkerFile too', async () => {
    const profiled = (toolWorkerFile: string) => profileModel(model, { providers: ['cpu'], toolWorkerFile });
    await expect(profiled(worker)).rejects.toThrow('received the other worker, fraud-scorer/worker');
    await expect(profiled(ofVersion('9.9.9', toolWorker))).rejects.toThrow('received that worker, of version 9.9.9');
    await expect(profiled(join(folder, 'nowhere.js'))).rejects.toThrow('toolWorkerFile: expected the path');
  });

  it('is waited for until startTimeoutMs where it never says anything', async () => {
    const workerFile = written('await new Promise(() => { setInterval(() => {}, 1_000); });');
    const error: unknown = await FraudScorer.create({ model, workers: 1, workerFile, startTimeoutMs: 500 }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'ERR_START_TIMEOUT' });
    expect(String(error)).toContain(workerFile);
  });

  it('fails with the thrown error if it throws', async () => {
    const workerFile = written("throw new Error('no such license');");
    await expect(FraudScorer.create({ model, workers: 2, workerFile })).rejects.toMatchObject({
      code: 'ERR_PROVIDER_UNAVAILABLE',
      message: expect.stringMatching(/^The worker's file could not be loaded \(file:.*: no such license: install/),
    });
  });

  it('lets the process end by itself once it is refused', async () => {
    const workerFile = written('setInterval(() => {}, 1_000);');
    const { code, output } = await runHost(`
      const options = ${JSON.stringify({ model, workerFile, workers: 2 })};
      await FraudScorer.create(options).catch(({ code }) => console.log(code));
    `);
    expect({ code, output }).toEqual({ code: 0, output: 'ERR_INVALID_OPTIONS\n' });
  });
});

describe('a file that wraps the worker', () => {
  it('may post its own messages before the hello', async () => {
    const workerFile = written(
      `import { parentPort } from 'node:worker_threads'; parentPort.postMessage('wrapped');\n` +
        `const { default: handler } = await import(${JSON.stringify(worker)}); export default handler;`,
    );
    const scorer = await FraudScorer.create({ model, workers: 1, workerFile });
    expect(await scorer.score({ features: { x: [0.25] } })).toMatchObject({ fraudProbability: 0.5 });
    await scorer.close();
  });
});
