import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, it } from 'vitest';
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
