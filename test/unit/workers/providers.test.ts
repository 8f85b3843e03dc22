import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ModelSpec } from '../../../src/pool/protocol.js';
import { ModelSession } from '../../../workers/model-session.js';
import { openSession } from '../../../workers/providers.js';
import { fixtureModel } from '../../support/paths.js';

// Where nothing is said against a provider it is asked of the runtime, which can't load it here.
const library = vi.hoisted(() => ({ reason: null as string | null }));
vi.mock('../../../workers/provider-library.js', () => ({
  whyUnavailable: (provider: string) => (provider === 'cpu' ? null : library.reason),
}));

const good = readFileSync(join(fixtureModel('sqrt'), 'model.onnx'));
const broken = new Uint8Array([1, 2, 3]);
const spec: ModelSpec = { inputs: [{ name: 'x', size: 1 }], outputs: { probability: 'p' } };
const tryOut = (session: InferenceSession) => ModelSession.warmedUp(session, spec, 1);

beforeEach(() => {
  library.reason = null;
});

describe('where none of the providers runs the model', () => {
  it('the provider is at fault if the CPU would run it, though it was not asked for', async () => {
    await expect(openSession(good, ['cuda'], 0, tryOut)).rejects.toMatchObject({
      isModelAtFault: false,
      trials: [{ provider: 'cuda', reason: expect.stringContaining("can't load the provider") }],
    });
  });

  it('the model is at fault if the CPU does not run it either, and both reasons are told', async () => {
    const failed = { provider: 'cpu', reason: expect.stringMatching(/protobuf|parse|model/i) };
    await expect(openSession(broken, ['cuda'], 0, tryOut)).rejects.toMatchObject({
      isModelAtFault: true,
      message: expect.stringMatching(/^cuda: .+; cpu: .+/),
      trials: [{ provider: 'cuda' }, failed],
    });
    await expect(openSession(broken, ['cuda', 'cpu'], 0, tryOut)).rejects.toMatchObject({
      isModelAtFault: true,
      trials: [{ provider: 'cuda' }, failed],
    });
  });

  it('the model is at fault if it loads and fails to run', async () => {
    const other: ModelSpec = { ...spec, outputs: { probability: 'nowhere' } };
    await expect(
      openSession(good, ['cuda'], 0, (session) => ModelSession.warmedUp(session, other, 1)),
    ).rejects.toMatchObject({ isModelAtFault: true });
  });

  it('the provider is at fault, and the model not looked at, if it is not installed', async () => {
    library.reason = 'not installed';
    await expect(openSession(broken, ['cuda'], 0, tryOut)).rejects.toMatchObject({
      isModelAtFault: false,
      trials: [{ provider: 'cuda', reason: 'not installed' }],
    });
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
