import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelSpec } from '../../../src/protocol/serving.js';
import { openSession } from '../../../workers/providers/providers.js';
import { ModelSession } from '../../../workers/thread/model-session.js';
import { fixtureModel } from '../../support/paths.js';

// Where nothing is said against a provider it is asked of the runtime, which can't load it here.
const library = vi.hoisted(() => ({ reason: null as string | null }));
vi.mock('../../../workers/providers/provider-library.js', () => ({
  whyUnavailable: (provider: string) => (provider === 'cpu' ? null : library.reason),
}));

const good = { graph: readFileSync(join(fixtureModel('sqrt'), 'model.onnx')), weights: [] };
const broken = { graph: new Uint8Array([1, 2, 3]), weights: [] };
const spec: ModelSpec = { inputs: [{ name: 'x', size: 1 }], outputs: { probability: 'p' } };
const tryOut = (session: ort.InferenceSession) => ModelSession.warmedUp(session, spec, 1);

beforeEach(() => {
  library.reason = null;
});

describe('where none of the providers runs the model', () => {
  it('the model is no suspect if the provider itself can not be loaded', async () => {
    await expect(openSession(good, ['cuda'], 0, tryOut)).rejects.toMatchObject({
      isModelSuspect: false,
      message: expect.stringMatching(/^cuda: the runtime can't load the provider/),
      trials: [{ provider: 'cuda', reason: expect.any(String) }],
    });
    library.reason = 'not installed';
    await expect(openSession(broken, ['cuda'], 0, tryOut)).rejects.toMatchObject({
      isModelSuspect: false,
      trials: [{ provider: 'cuda', reason: 'not installed' }],
    });
  });

  it('the model is a suspect if a provider that is there can not load it, or not run it', async () => {
    await expect(openSession(broken, ['cuda', 'cpu'], 0, tryOut)).rejects.toMatchObject({
      isModelSuspect: true,
      trials: [{ provider: 'cuda' }, { provider: 'cpu', reason: expect.stringMatching(/protobuf|parse|model/i) }],
    });
    const other: ModelSpec = { ...spec, outputs: { probability: 'nowhere' } };
    await expect(
      openSession(good, ['cpu'], 0, (session) => ModelSession.warmedUp(session, other, 1)),
    ).rejects.toMatchObject({ isModelSuspect: true });
  });

  it.each([
    'CUDA failure 46: all CUDA-capable devices are busy or unavailable',
    'Failed to allocate memory for requested buffer of size 16777216',
    'std::bad_alloc',
  ])('the model is no suspect if the device or the memory is at fault: %s', async (message) => {
    const failing = openSession(good, ['cpu'], 0, () => Promise.reject(new Error(message)));
    await expect(failing).rejects.toMatchObject({ isModelSuspect: false });
  });
});

it('the first provider that runs the model is taken, with the reasons for the others', async () => {
  const opened = await openSession(good, ['cuda', 'cpu'], 0, tryOut);
  expect(opened).toMatchObject({
    provider: 'cpu',
    trials: [
      { provider: 'cuda', reason: expect.any(String) },
      { provider: 'cpu', reason: null },
    ],
  });
  await opened.session.release();
});

describe('a model whose main operator has no kernel on a GPU', () => {
  it('is run by the CPU, which says so, though the GPU goes before it and is not there', async () => {
    library.reason = 'not installed';
    const opened = await openSession(good, ['tensorrt', 'cuda', 'cpu'], 0, tryOut, {
      cpuOperators: ['TreeEnsembleClassifier'],
    });
    expect(opened.provider).toBe('cpu');
    expect(opened.trials.map(({ reason }) => reason)).toEqual([
      'the runtime has no tensorrt kernel for TreeEnsembleClassifier of the graph: the CPU runs this model',
      'the runtime has no cuda kernel for TreeEnsembleClassifier of the graph: the CPU runs this model',
      null,
    ]);
    await opened.session.release();
  });
});

describe('a model that keeps tensors in another file, had the host not refused it', () => {
  const cwd = process.cwd();
  afterEach(() => process.chdir(cwd));

  it.each(['outside', 'outside-branch'] as const)(
    'is not loaded with the file in the working directory: %s',
    async (name) => {
      const model = readFileSync(join(fixtureModel(name), 'model.onnx'));
      process.chdir(fixtureModel(name));
      await expect(openSession({ graph: model, weights: [] }, ['cpu'], 0, async () => {})).rejects.toMatchObject({
        trials: [{ provider: 'cpu', reason: expect.stringContaining('no-other-files') }],
      });
    },
  );

  it('would be loaded without the session entry that workers give', async () => {
    const name = 'outside-branch';
    process.chdir(fixtureModel(name));
    const session = await ort.InferenceSession.create(readFileSync(join(fixtureModel(name), 'model.onnx')));
    await session.release();
  });
});
