import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../../../src/api/provider.js';
import { cpuOperatorsOf } from '../../../src/models/cpu-operators.js';
import { type FixtureModel, fixtureModel } from '../../support/paths.js';

function operatorsOf(name: FixtureModel, ...providers: Provider[]): Promise<string[]> {
  const file = readFileSync(join(fixtureModel(name), 'model.onnx'));
  const bytes = new SharedArrayBuffer(file.length);
  new Uint8Array(bytes).set(file);
  return cpuOperatorsOf(bytes, providers);
}

describe('the operators for which the CPU runs a model', () => {
  it('are those of whole models without GPU kernels, where a GPU and the CPU were asked for', async () => {
    expect(await operatorsOf('trees', 'cuda', 'cpu')).toEqual(['TreeEnsembleClassifier']);
    expect(await operatorsOf('trees', 'tensorrt', 'cuda', 'cpu')).toEqual(['TreeEnsembleClassifier']);
  });

  it('are none of a network, also where it begins with an encoder of ai.onnx.ml', async () => {
    expect(await operatorsOf('linear', 'cuda', 'cpu')).toEqual([]);
    expect(await operatorsOf('typed', 'cuda', 'cpu')).toEqual([]);
  });

  it('are none where the host leaves no choice', async () => {
    expect(await operatorsOf('trees', 'cpu')).toEqual([]);
    expect(await operatorsOf('trees', 'cuda')).toEqual([]);
  });
});
