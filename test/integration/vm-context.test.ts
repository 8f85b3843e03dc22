import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureModel, projectPath } from '../support/paths.js';

interface Built {
  FraudScorer: { prototype: object; create(options: object): Promise<AsyncDisposable & object> };
}

/** Loads the CommonJS build in a realm of its own, as test runners such as Jest do. */
function loadInContext(): { built: Built; disposeKey: unknown } {
  const file = projectPath('dist/index.cjs');
  // Node.js gives a new context none of its own names, and before Node.js 24 no Symbol.asyncDispose either.
  const context = createContext({});
  const load: unknown = runInContext(
    `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'utf8')}\n})`,
    context,
  );
  const module: { exports: unknown } = { exports: {} };
  if (typeof load === 'function') load(module.exports, createRequire(file), module, file, dirname(file));
  const disposeKey: unknown = runInContext("Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')", context);
  return { built: module.exports as Built, disposeKey };
}

it('is disposed of by the key that compilers use in a realm without Symbol.asyncDispose', async () => {
  const { built, disposeKey } = loadInContext();
  const { FraudScorer } = built;
  expect(Reflect.ownKeys(FraudScorer.prototype)).not.toContain('undefined');
  const scorer = await FraudScorer.create({ model: fixtureModel('linear'), workers: 1, providers: ['cpu'] });
  await Reflect.get(scorer, disposeKey as symbol).call(scorer);
  expect(Reflect.get(scorer, 'health').call(scorer)).toMatchObject({ status: 'unavailable' });
});

describe('in a realm whose errors are not those of Node.js', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'realm-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const model = fixtureModel('linear');
  const { FraudScorer } = loadInContext().built;
  const create = (options: object): Promise<unknown> =>
    FraudScorer.create({ model, workers: 1, providers: ['cpu'], ...options });

  it('says that a model file is not there', async () => {
    await expect(create({ model: join(folder, 'nowhere') })).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      message: expect.stringContaining('expected a file, found none'),
    });
  });

  it('says what a worker file threw', async () => {
    const workerFile = join(folder, 'throws.mjs');
    writeFileSync(workerFile, "throw new Error('no such license');");
    await expect(create({ workerFile })).rejects.toThrow(/could not be loaded \(file:.*\): no such license:/);
  });
});
